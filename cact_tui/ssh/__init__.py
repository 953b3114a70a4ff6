"""The hall: an SSH server with every participant's and proctor's app in one process."""
