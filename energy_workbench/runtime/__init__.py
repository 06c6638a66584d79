"""What a process needs of its machine: settings, logs, secrets, disk, clock, and word to its supervisor."""
