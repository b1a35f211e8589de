/* Shifts the wall clock of one process, and nothing else of it: LD_PRELOAD of clock_jump.py.
 *
 * FAULTS_CLOCK names a file of eight bytes: by how many seconds, signed, the clock is off just now. Monotonic clocks stay
 * as they are, as in a real jump. Waits until a point of the wall clock are shifted back, since the kernel's is not off.
 * (libfaketime shifts monotonic timers too, and so breaks what a jump does not.)
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

static const volatile int64_t *shared;

__attribute__((constructor)) static void begin(void) {
    const char *path = getenv("FAULTS_CLOCK");
    int file = path == NULL ? -1 : open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0) return;
    void *memory = mmap(NULL, sizeof *shared, PROT_READ, MAP_SHARED, file, 0);
    close(file);
    if (memory != MAP_FAILED) shared = memory;
}

static int64_t offset(void) { return shared == NULL ? 0 : *shared; }

int clock_gettime(clockid_t clock, struct timespec *time) {
    int result = (int)syscall(SYS_clock_gettime, clock, time);
    if (result == 0 && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)) time->tv_sec += offset();
    return result;
}

int gettimeofday(struct timeval *time, void *zone) {
    struct timespec now;
    (void)zone;
    if (clock_gettime(CLOCK_REALTIME, &now) != 0) return -1;
    time->tv_sec = now.tv_sec;
    time->tv_usec = now.tv_nsec / 1000;
    return 0;
}

time_t time(time_t *result) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    if (result != NULL) *result = now.tv_sec;
    return now.tv_sec;
}

/* A point of the wall clock, not of one that began at the machine's start: later than 2001. */
static struct timespec real(struct timespec point) {
    if (point.tv_sec > 1000000000) point.tv_sec -= offset();
    return point;
}

int pthread_cond_timedwait(pthread_cond_t *condition, pthread_mutex_t *mutex, const struct timespec *until) {
    static int (*original)(pthread_cond_t *, pthread_mutex_t *, const struct timespec *);
    struct timespec point = real(*until);
    if (original == NULL) *(void **)&original = dlsym(RTLD_NEXT, "pthread_cond_timedwait");
    return original(condition, mutex, &point);
}

int timerfd_settime(int file, int flags, const struct itimerspec *value, struct itimerspec *old) {
    struct itimerspec shifted = *value;
    if (flags & TFD_TIMER_ABSTIME) shifted.it_value = real(shifted.it_value);
    return (int)syscall(SYS_timerfd_settime, file, flags, &shifted, old);
}
