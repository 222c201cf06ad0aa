"""Systems that can be measured: ours, the baselines, a run file, a service over HTTP."""
