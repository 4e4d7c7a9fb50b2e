"""What this machine is."""

import re


def cpu_name():
    """With the numbers that tell apart what a hypervisor calls by one name."""
    with open("/proc/cpuinfo") as file:
        text = file.read()
    values = {
        key: re.search(rf"^{key}\s*:\s*(.*)$", text, re.M).group(1)
        for key in ("model name", "cpu family", "model", "stepping")
    }
    return "{model name} (family {cpu family}, model {model}, stepping {stepping})".format_map(values)
