"""JupyterHub for a room of learners: who may come in, what a server may use, and the teacher's page."""
