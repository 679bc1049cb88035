// A flag that signals set: the one thing that must happen in a signal handler, where little but C's own calls is allowed.
#pragma once

// Handles SIGINT, SIGTERM and SIGXCPU, and SIGHUP unless it is ignored (nohup), from now on; forgets one that came before. The first
// is noted and answered by `text` on stderr; a second ends the process at once, with status 128 + its number and without clean-up.
// Call it on the thread that starts the others.
void lr_stop_install(const char *text);
// The same for a program that a cluster has started, where nobody types: SIGUSR1, which comes before a time limit, is noted too, and later
// signals change nothing, for a cluster sends several.
void lr_stop_install_unattended(const char *text);
// Gives the signals their usual effect again: each ends the process.
void lr_stop_remove(void);
// The number of the signal that came first, or 0.
int lr_stop_received(void);
