#ifndef HEARTH_NVML_PROBE_H
#define HEARTH_NVML_PROBE_H

#include <stdint.h>

/* Lengths that NVML itself promises not to exceed (NVML API reference, "Constants"). */
#define HEARTH_GPU_NAME_BYTES 96
#define HEARTH_GPU_UUID_BYTES 96

/* One GPU as the driver describes it. */
struct hearth_gpu {
  char name[HEARTH_GPU_NAME_BYTES];
  char uuid[HEARTH_GPU_UUID_BYTES];
  uint64_t memory_bytes;
};

enum {
  /* There is no driver library: a host without GPUs. */
  HEARTH_NVML_NO_LIBRARY = -1,
  /* The library lacks a call: not NVML, or too old. */
  HEARTH_NVML_NO_SYMBOL = -2,
  /* A call failed; |status| has NVML's code. */
  HEARTH_NVML_FAILED = -3,
};

/*
 * Asks the NVIDIA driver, through the NVML library of that name, for its GPUs. Loads the library for
 * the time of the call only. Fills at most |capacity| entries and returns their number, or one of
 * the codes above.
 */
int hearth_nvml_probe(const char *library, struct hearth_gpu *gpus, int capacity, int *status);

#endif
