"""A load test for streams, with Locust, over the lab's settings: python -m load."""
