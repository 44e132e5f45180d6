/* What the programs of the whole surface share: a count of failures, and a look into JSON buffers. */
#ifndef SURFACE_H
#define SURFACE_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mynacard.h"
#include "mynacard_sandbox.h"

#define BYTES(text) (const uint8_t *)(text), strlen(text)

static int failures;

#define EXPECT(condition)                                                   \
    do {                                                                    \
        if (!(condition)) {                                                 \
            fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition); \
            failures++;                                                     \
        }                                                                   \
    } while (0)
#define IS(call, expected)                                                                           \
    do {                                                                                             \
        const mynacard_status status_ = (call);                                                      \
        if (status_ != (expected)) {                                                                 \
            fprintf(stderr, "%s:%d: %s is %d\n", __FILE__, __LINE__, #call, (int)status_);           \
            failures++;                                                                              \
        }                                                                                            \
    } while (0)
#define OK(call) IS(call, MYNACARD_STATUS_OK)
#define BAD(call) IS(call, MYNACARD_STATUS_INVALID_ARGUMENT)

/* Whether a text stands in a buffer, which is freed. The library ends every buffer with two zero bytes. */
static inline int take(mynacard_buffer **buffer, const char *text)
{
    const char *data = (const char *)mynacard_buffer_data(*buffer);
    const int found = data != NULL && strstr(data, text) != NULL;
    if (!found) {
        fprintf(stderr, "no %s in %s\n", text, data == NULL ? "(nothing)" : data);
    }
    mynacard_buffer_free(*buffer);
    *buffer = NULL;
    return found;
}

/* The same where the buffer is still needed. */
static inline int has(const mynacard_buffer *buffer, const char *text)
{
    const char *data = (const char *)mynacard_buffer_data(buffer);
    const int found = data != NULL && strstr(data, text) != NULL;
    if (!found) {
        fprintf(stderr, "no %s in %s\n", text, data == NULL ? "(nothing)" : data);
    }
    return found;
}

/* The code of an error, which is freed. */
static inline int is_code(mynacard_error **error, const char *code)
{
    const char *found = mynacard_error_code(*error);
    const int same = found != NULL && strcmp(found, code) == 0;
    if (!same) {
        fprintf(stderr, "%s instead of %s\n", found == NULL ? "(none)" : found, code);
    }
    mynacard_error_free(*error);
    *error = NULL;
    return same;
}

static inline mynacard_pin *pin_of(const char *digits)
{
    mynacard_pin *pin = NULL;
    OK(mynacard_pin_new(BYTES(digits), &pin, NULL));
    return pin;
}

#endif
