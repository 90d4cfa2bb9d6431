#include "nvml_probe.h"

#include <dlfcn.h>
#include <string.h>

typedef struct nvml_device *nvml_device;

struct nvml_memory {
  unsigned long long total, free, used;
};

struct nvml {
  int (*init)(void);
  int (*shutdown)(void);
  int (*count)(unsigned int *);
  int (*handle)(unsigned int, nvml_device *);
  int (*name)(nvml_device, char *, unsigned int);
  int (*uuid)(nvml_device, char *, unsigned int);
  int (*memory)(nvml_device, struct nvml_memory *);
};

static int load(void *library, struct nvml *nvml) {
  struct {
    const char *name;
    void **slot;
  } symbols[] = {
      {"nvmlInit_v2", (void **)&nvml->init},
      {"nvmlShutdown", (void **)&nvml->shutdown},
      {"nvmlDeviceGetCount_v2", (void **)&nvml->count},
      {"nvmlDeviceGetHandleByIndex_v2", (void **)&nvml->handle},
      {"nvmlDeviceGetName", (void **)&nvml->name},
      {"nvmlDeviceGetUUID", (void **)&nvml->uuid},
      {"nvmlDeviceGetMemoryInfo", (void **)&nvml->memory},
  };
  for (size_t i = 0; i < sizeof symbols / sizeof *symbols; i++) {
    *symbols[i].slot = dlsym(library, symbols[i].name);
    if (*symbols[i].slot == NULL) return HEARTH_NVML_NO_SYMBOL;
  }
  return 0;
}

static int describe(const struct nvml *nvml, unsigned int index, struct hearth_gpu *gpu) {
  nvml_device device;
  struct nvml_memory memory;
  int status = nvml->handle(index, &device);
  memset(gpu, 0, sizeof *gpu);
  if (status == 0) status = nvml->name(device, gpu->name, sizeof gpu->name - 1);
  if (status == 0) status = nvml->uuid(device, gpu->uuid, sizeof gpu->uuid - 1);
  if (status == 0) status = nvml->memory(device, &memory);
  if (status == 0) gpu->memory_bytes = memory.total;
  return status;
}

static int list(const struct nvml *nvml, struct hearth_gpu *gpus, int capacity, int *status) {
  unsigned int count = 0;
  *status = nvml->count(&count);
  for (unsigned int i = 0; *status == 0 && i < count && (int)i < capacity; i++)
    *status = describe(nvml, i, &gpus[i]);
  if (*status != 0) return HEARTH_NVML_FAILED;
  return (int)count < capacity ? (int)count : capacity;
}

int hearth_nvml_probe(const char *name, struct hearth_gpu *gpus, int capacity, int *status) {
  struct nvml nvml;
  void *library = dlopen(name, RTLD_NOW | RTLD_LOCAL);
  *status = 0;
  if (library == NULL) return HEARTH_NVML_NO_LIBRARY;
  int result = load(library, &nvml);
  if (result == 0) {
    *status = nvml.init();
    result = *status == 0 ? list(&nvml, gpus, capacity, status) : HEARTH_NVML_FAILED;
    if (*status == 0) nvml.shutdown();
  }
  dlclose(library);
  return result;
}
