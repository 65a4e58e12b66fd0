"""The headless notebook runner, called by `../run_notebooks.py`.

places       where things are in the clone, and the environment a kernel gets
cells        executes the cells of one notebook, and notices what nbclient does not notice with tslab
outputs      brings outputs to the form in which they are stored
compare      finds the first difference from the committed outputs (--check)
files        reads and writes notebooks
options      the command line
report       what is printed: one line per notebook, and progress
junit        the JUnit file (--junit)
run          executes the notebooks, one after another or a few at a time
"""
