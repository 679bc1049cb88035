// A fixed team of threads. The caller takes part; blocks are claimed one at a time by an atomic counter. Idle threads
// spin briefly (a training step calls in thousands of times), then sleep. The caller waits only for helpers that joined:
// one that the system has not yet woken or let run finds the job closed and passes it by.
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "CKernels.h"

enum { SPINS = 4000, CLOSED = 1 << 30 };

struct lr_workers {
  int helpers;
  pthread_t *threads;
  pthread_mutex_t mutex;
  pthread_cond_t wake;
  atomic_uint_fast64_t generation;
  atomic_int stop, sleeping;
  atomic_int joined;  // helpers inside the job, plus CLOSED while none may enter
  atomic_int_fast64_t next;
  int64_t blocks;
  void (*body)(void *, int64_t);
  void *context;
};

static inline void relax(void) {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#endif
}

static void work(struct lr_workers *w) {
  int64_t block;
  while ((block = atomic_fetch_add_explicit(&w->next, 1, memory_order_relaxed)) < w->blocks) w->body(w->context, block);
}

static void *helper(void *argument) {
  struct lr_workers *w = argument;
  uint64_t seen = 0;
  for (;;) {
    uint64_t now = atomic_load_explicit(&w->generation, memory_order_acquire);
    for (int spin = 0; now == seen && spin < SPINS; spin++) {
      relax();
      now = atomic_load_explicit(&w->generation, memory_order_acquire);
    }
    if (now == seen) {
      pthread_mutex_lock(&w->mutex);
      atomic_fetch_add(&w->sleeping, 1);
      while ((now = atomic_load(&w->generation)) == seen) pthread_cond_wait(&w->wake, &w->mutex);
      atomic_fetch_sub(&w->sleeping, 1);
      pthread_mutex_unlock(&w->mutex);
    }
    seen = now;
    if (atomic_load(&w->stop)) return 0;
    if (!(atomic_fetch_add(&w->joined, 1) & CLOSED)) work(w);
    atomic_fetch_sub(&w->joined, 1);
  }
}

lr_workers *lr_workers_create(int threads) {
  struct lr_workers *w = calloc(1, sizeof *w);
  if (!w) abort();
  int wanted = threads > 1 ? threads - 1 : 0;
  w->threads = calloc((size_t)(wanted ? wanted : 1), sizeof(pthread_t));
  if (!w->threads) abort();
  pthread_mutex_init(&w->mutex, 0);
  pthread_cond_init(&w->wake, 0);
  atomic_store(&w->joined, CLOSED);
  // a thread that cannot be had is done without: results do not depend on their number
  for (int i = 0; i < wanted; i++)
    if (pthread_create(&w->threads[w->helpers], 0, helper, w) == 0) w->helpers++;
  return w;
}

static void announce(struct lr_workers *w) {
  atomic_fetch_add(&w->generation, 1);
  if (atomic_load(&w->sleeping) > 0) {
    pthread_mutex_lock(&w->mutex);
    pthread_cond_broadcast(&w->wake);
    pthread_mutex_unlock(&w->mutex);
  }
}

void lr_workers_destroy(lr_workers *w) {
  atomic_store(&w->stop, 1);
  announce(w);
  for (int i = 0; i < w->helpers; i++) pthread_join(w->threads[i], 0);
  pthread_cond_destroy(&w->wake);
  pthread_mutex_destroy(&w->mutex);
  free(w->threads);
  free(w);
}

void lr_workers_run(lr_workers *w, int64_t blocks, void (*body)(void *, int64_t), void *context) {
  if (w->helpers == 0 || blocks < 2) {
    for (int64_t block = 0; block < blocks; block++) body(context, block);
    return;
  }
  w->blocks = blocks;
  w->body = body;
  w->context = context;
  atomic_store_explicit(&w->next, 0, memory_order_relaxed);
  atomic_fetch_and(&w->joined, ~CLOSED);
  announce(w);
  work(w);
  atomic_fetch_or(&w->joined, CLOSED);
  for (int spin = 0; atomic_load(&w->joined) != CLOSED; spin++) spin < SPINS ? relax() : (void)sched_yield();
}
