#include "CSignals.h"

#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

static atomic_int received;
static _Atomic(const char *) message;
static atomic_int attended = 1;

static const int numbers[] = {SIGINT, SIGTERM, SIGXCPU};

static void handle(int number) {
  int before = 0;
  // not exit(): its clean-up would take libraries from under threads that are at work in them
  if (!atomic_compare_exchange_strong(&received, &before, number)) {
    if (atomic_load(&attended)) _exit(128 + number);
    return;
  }
  const char *text = atomic_load(&message);
  int error = errno;
  if (text) {
    ssize_t written = write(STDERR_FILENO, text, strlen(text));
    (void)written;
  }
  errno = error;
}

static void set(void (*handler)(int)) {
  struct sigaction action = {.sa_handler = handler, .sa_flags = SA_RESTART};
  sigemptyset(&action.sa_mask);
  for (unsigned i = 0; i < sizeof numbers / sizeof *numbers; i++) sigaction(numbers[i], &action, 0);
  struct sigaction hangup;
  if (sigaction(SIGHUP, 0, &hangup) == 0 && hangup.sa_handler != SIG_IGN) sigaction(SIGHUP, &action, 0);
  if (!atomic_load(&attended)) sigaction(SIGUSR1, &action, 0);
}

static void install(const char *text, int is_attended) {
  atomic_store(&attended, is_attended);
  atomic_store(&received, 0);
  atomic_store(&message, text);
  set(handle);
  // whoever started this program may have had them blocked, and a blocked signal is kept for later
  sigset_t signals;
  sigemptyset(&signals);
  for (unsigned i = 0; i < sizeof numbers / sizeof *numbers; i++) sigaddset(&signals, numbers[i]);
  sigaddset(&signals, SIGHUP);
  sigaddset(&signals, SIGUSR1);
  pthread_sigmask(SIG_UNBLOCK, &signals, 0);
}

void lr_stop_install(const char *text) { install(text, 1); }
void lr_stop_install_unattended(const char *text) { install(text, 0); }

void lr_stop_remove(void) { set(SIG_DFL); }

int lr_stop_received(void) { return atomic_load(&received); }
