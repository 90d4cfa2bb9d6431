#include <uv.h>

/* Has |loop| measure how long it waits; uv_loop_configure is variadic. Returns 0 or an error. */
static inline int hearth_measure_idle_time(uv_loop_t *loop) {
  return uv_loop_configure(loop, UV_METRICS_IDLE_TIME);
}
