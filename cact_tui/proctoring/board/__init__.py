"""The proctors' board: committed events as rows and details; no answers, keys, texts, scores."""
