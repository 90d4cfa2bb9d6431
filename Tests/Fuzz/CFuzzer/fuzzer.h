#ifndef HEARTH_FUZZER_H
#define HEARTH_FUZZER_H

#include <stddef.h>
#include <stdint.h>

/* libFuzzer's own loop: calls |target| with inputs that it makes up. */
int LLVMFuzzerRunDriver(int *argc, char ***argv, int (*target)(const uint8_t *bytes, size_t count));

#endif
