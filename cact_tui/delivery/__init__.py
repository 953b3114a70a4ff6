"""The one write path and the participant's flow as frozen views."""
