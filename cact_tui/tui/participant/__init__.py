"""What a participant sees: pure compositions, and the app that shows them."""
