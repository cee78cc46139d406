/* Preloaded into the program under test: the call of number FAIL_AT that changes a file fails, and the wall clock jumps.
 *
 * FAIL_HOW=once  that call alone fails (no space left; fsync: input/output error)
 * FAIL_HOW=on    that call and all later ones fail
 * FAIL_HOW=kill  half of what that call writes is written, then the process is killed
 * CLOCK_JUMP=n   from the tenth question on, the wall clock is n seconds off
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#define NEXT(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

static atomic_long calls, questions;
static const long FIRST_WRONG_QUESTION = 10;

/* 0: goes through; 1: fails; 2: is killed half way. */
static int fate(void) {
  const char *at = getenv("FAIL_AT"), *how = getenv("FAIL_HOW");
  if (!at || !how) return 0;
  long number = atomic_fetch_add(&calls, 1) + 1, wanted = atol(at);
  if (number < wanted || (number > wanted && strcmp(how, "on") != 0)) return 0;
  return strcmp(how, "kill") == 0 ? 2 : 1;
}

static int fail(int number) {
  errno = number;
  return -1;
}

static int die(void) {
  kill(getpid(), SIGKILL);
  for (;;) pause();
  return -1;
}

static int is_file(int file) {
  struct stat status;
  return fstat(file, &status) == 0 && S_ISREG(status.st_mode);
}

ssize_t write(int file, const void *bytes, size_t count) {
  switch (is_file(file) ? fate() : 0) {
    case 0: return NEXT(write)(file, bytes, count);
    case 1: return fail(ENOSPC);
    default: NEXT(write)(file, bytes, count / 2); return die();
  }
}

ssize_t pwrite64(int file, const void *bytes, size_t count, off64_t at) {
  switch (is_file(file) ? fate() : 0) {
    case 0: return NEXT(pwrite64)(file, bytes, count, at);
    case 1: return fail(ENOSPC);
    default: NEXT(pwrite64)(file, bytes, count / 2, at); return die();
  }
}

ssize_t pwrite(int file, const void *bytes, size_t count, off_t at) { return pwrite64(file, bytes, count, at); }

#define CHANGES_FILE(name, error, parameters, arguments)   \
  int name parameters {                                    \
    switch (fate()) {                                      \
      case 0: return NEXT(name) arguments;                 \
      case 1: return fail(error);                          \
      default: return die();                               \
    }                                                      \
  }

CHANGES_FILE(fsync, EIO, (int file), (file))
CHANGES_FILE(fdatasync, EIO, (int file), (file))
CHANGES_FILE(ftruncate, ENOSPC, (int file, off_t size), (file, size))
CHANGES_FILE(ftruncate64, ENOSPC, (int file, off64_t size), (file, size))
CHANGES_FILE(rename, ENOSPC, (const char *from, const char *to), (from, to))
CHANGES_FILE(link, ENOSPC, (const char *from, const char *to), (from, to))
CHANGES_FILE(linkat, ENOSPC, (int a, const char *from, int b, const char *to, int flags), (a, from, b, to, flags))
CHANGES_FILE(mkdir, ENOSPC, (const char *path, mode_t mode), (path, mode))
CHANGES_FILE(unlink, EIO, (const char *path), (path))

int clock_gettime(clockid_t clock, struct timespec *time) {
  int result = NEXT(clock_gettime)(clock, time);
  const char *jump = getenv("CLOCK_JUMP");
  if (jump && clock == CLOCK_REALTIME && atomic_fetch_add(&questions, 1) >= FIRST_WRONG_QUESTION)
    time->tv_sec += atol(jump);
  return result;
}
