/*
 * mynacard_sandbox: a stand-in for the eligibility service and virtual cards, for the tests of programs that use mynacard.
 *
 * Generated from the library's source; do not edit. Nothing here is a real service, a real card or a real person.
 */

#ifndef MYNACARD_SANDBOX_H
#define MYNACARD_SANDBOX_H

#include "mynacard.h"

/**
 * A running sandbox service. Every answer of it says that it is a sandbox.
 */
typedef struct mynacard_sandbox mynacard_sandbox;

/**
 * A virtual card in a virtual reader.
 */
typedef struct mynacard_sandbox_inserted mynacard_sandbox_inserted;

/**
 * What a portal hands out for one terminal (ユーザー設定情報), as NUL-terminated ASCII.
 */
typedef struct mynacard_sandbox_activation {
    /**
     * Ten digits.
     */
    char institution_code[16];
    /**
     * The terminal's ID.
     */
    char id[64];
    /**
     * The code that works once.
     */
    char activation_code[160];
} mynacard_sandbox_activation;

#ifdef __cplusplus
extern "C" {
#endif // __cplusplus

/**
 * Fills a table with the functions of the virtual card of a person (`kyokai-self` and so on; `mynacard-sim people` lists
 * them): 0, or -1 when there is no such person. `extended` is 1 for a card and reader with extended lengths.
 *
 * Give the table to `mynacard_card_from_transport`, which calls its `destroy` in the end; where that call fails, call
 * `destroy` yourself.
 */
int32_t mynacard_sandbox_card(const char *person,
                              int32_t extended,
                              mynacard_transport *transport);

/**
 * The PIN of a person of the sandbox, NUL-terminated, at most eight characters, into `pin` of `size` bytes: 0, or -1
 * when there is no such person, no PIN, or no room.
 */
int32_t mynacard_sandbox_pin(const char *person,
                             char *pin,
                             size_t size);

/**
 * What stands on the card of a person of the sandbox and opens its face (照合番号B), for `mynacard_card_face`: sixteen digits,
 * NUL-terminated, into `digits` of `size` bytes: 0, or -1 when there is no such person, or no room.
 */
int32_t mynacard_sandbox_number_b(const char *person,
                                  char *digits,
                                  size_t size);

/**
 * The authority that signed what is on the virtual cards, as `mynacard_card_face` and `mynacard_card_attributes_json` take it:
 * JSON, NUL-terminated, lives for ever.
 */
const char *mynacard_sandbox_authorities(void);

/**
 * Puts the virtual card of a person into the virtual reader that listens at this port of this machine (35963 where vpcd
 * is installed as it comes); NULL when there is no such person or reader.
 */
struct mynacard_sandbox_inserted *mynacard_sandbox_insert(const char *person,
                                                          uint16_t port);

/**
 * Takes the card out and frees it; NULL is no error.
 */
void mynacard_sandbox_remove(struct mynacard_sandbox_inserted *inserted);

/**
 * Starts a sandbox service; NULL when it cannot be started. It answers as often as it is asked: the trouble `too-many` refuses
 * when a program wants to see that.
 */
struct mynacard_sandbox *mynacard_sandbox_start(void);

/**
 * Its address, NUL-terminated; lives until it is stopped.
 */
const char *mynacard_sandbox_url(const struct mynacard_sandbox *sandbox);

/**
 * The authority that certifies it, DER; `size` receives the length. Lives until it is stopped.
 */
const uint8_t *mynacard_sandbox_root(const struct mynacard_sandbox *sandbox, size_t *size);

/**
 * Hands out an activation for a new terminal of an institution that may do visual checks: 0, or -1 when it cannot.
 */
int32_t mynacard_sandbox_issue_activation(const struct mynacard_sandbox *sandbox,
                                          struct mynacard_sandbox_activation *activation);

/**
 * From now on every answer gets lost on its way (1), or no longer (0): 0, or -1 for another number. The calls are carried out.
 */
int32_t mynacard_sandbox_lose_answers(const struct mynacard_sandbox *sandbox,
                                      int32_t lose);

/**
 * From now on the service has this trouble, beside those of another sort: `maintenance`, `timeout`, `too-many`, `cut`, `twice`,
 * `garbage`, `clock:-90` and so on (`mynacard-sandbox --help` lists them); `none` ends all but another certificate: 0, or -1 for a
 * name that is none.
 */
int32_t mynacard_sandbox_suffer(const struct mynacard_sandbox *sandbox,
                                const char *trouble);

/**
 * Fills a table with a connection to the service in this process: 0, or -1 when there is no service. It speaks as the terminal that
 * was activated or renewed over it last.
 *
 * Give the table to `mynacard_service`'s `carrier`; `mynacard_desk_open` calls its `destroy` in the end. Where no desk is opened with
 * it, call `destroy` yourself.
 */
int32_t mynacard_sandbox_carrier(const struct mynacard_sandbox *sandbox,
                                 mynacard_carrier *carrier);

/**
 * Stops and frees a sandbox service; NULL is no error.
 */
void mynacard_sandbox_stop(struct mynacard_sandbox *sandbox);

#ifdef __cplusplus
}  // extern "C"
#endif  // __cplusplus

#endif  /* MYNACARD_SANDBOX_H */
