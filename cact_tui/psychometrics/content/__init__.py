"""What a test must contain: the content rules, a file for each family."""

from cact_tui.psychometrics.content.bounds import ContentBounds, NoContentControl

__all__ = ["ContentBounds", "NoContentControl"]
