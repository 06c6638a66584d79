"""Reports that are sent by themselves: planned and claimed by the scheduler, written and delivered by a worker each."""
