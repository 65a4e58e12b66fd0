"""The headless notebook runner, called by `../run_notebooks.py`.

places       where things are in the clone, and the environment a kernel gets
ports        five free ports for a kernel
kernel       jupyter_client's manager for the project's kernels
inbox        takes what the kernel publishes
cells        executes the cells of one notebook, and notices what nbclient does not notice with tslab
outputs      brings outputs to the form in which they are stored
compare      finds the first difference from the committed outputs (--check)
files        reads and writes notebooks
options      the command line
report       what is printed: one line per notebook, progress, annotations for GitHub
junit        the JUnit file (--junit)
run          executes the notebooks, one after another or a few at a time
"""

import sys

# At each start jsonschema would compile a grammar of IRIs, which notebooks lack, for longer than all else takes.
sys.modules["rfc3987_syntax"] = None
