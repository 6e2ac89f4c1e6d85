"""The widgets of the exercise screen."""
