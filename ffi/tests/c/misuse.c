/* Everything that a C program can do wrong, and what the library answers. Prints "done" when all is as promised. */
#include <pthread.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "mynacard.h"

#define BYTES(text) (const uint8_t *)(text), strlen(text)

static int failures;

#define EXPECT(condition)                                                   \
    do {                                                                    \
        if (!(condition)) {                                                 \
            fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition); \
            failures++;                                                     \
        }                                                                   \
    } while (0)

/* A card that answers 6D00 to everything, and waits at its gate. */
struct blank {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    int inside, open, destroyed, secrets;
    mynacard_card *own;
    mynacard_status reentry;
    size_t answer;
    int32_t result;
};

static int32_t blank_begin(void *userdata)
{
    struct blank *blank = userdata;
    int32_t tries;
    if (blank->own != NULL) {
        blank->reentry = mynacard_card_tries_left(blank->own, NULL, &tries, NULL);
    }
    pthread_mutex_lock(&blank->lock);
    blank->inside = 1;
    pthread_cond_broadcast(&blank->changed);
    while (!blank->open) {
        pthread_cond_wait(&blank->changed, &blank->lock);
    }
    pthread_mutex_unlock(&blank->lock);
    return MYNACARD_TRANSPORT_RESULT_OK;
}

static int32_t blank_exchange(void *userdata, const uint8_t *command, size_t command_size, int32_t secret,
                              uint8_t *response, size_t capacity, size_t *response_size)
{
    struct blank *blank = userdata;
    (void)command;
    blank->secrets += secret != 0;
    EXPECT(command_size >= 4 && capacity >= 258);
    response[0] = 0x6D;
    response[1] = 0x00;
    *response_size = blank->answer;
    return blank->result;
}

static void blank_end(void *userdata, int32_t how)
{
    (void)userdata;
    EXPECT(how == MYNACARD_END_LEAVE || how == MYNACARD_END_POWER_DOWN);
}

static void blank_destroy(void *userdata) { ((struct blank *)userdata)->destroyed++; }

static struct blank new_blank(int open)
{
    struct blank blank = { .open = open, .answer = 2 };
    pthread_mutex_init(&blank.lock, NULL);
    pthread_cond_init(&blank.changed, NULL);
    return blank;
}

static mynacard_transport table(struct blank *blank)
{
    mynacard_transport table = MYNACARD_TRANSPORT_INIT;
    table.userdata = blank;
    table.begin = blank_begin;
    table.exchange = blank_exchange;
    table.end = blank_end;
    table.destroy = blank_destroy;
    return table;
}

static void nulls(void)
{
    mynacard_error *error = NULL;
    mynacard_card *card = NULL;
    mynacard_answer *answer = NULL;
    mynacard_terminal *terminal = NULL;
    mynacard_desk *desk = NULL;
    mynacard_check *check = NULL;
    mynacard_folder *folder = NULL;
    mynacard_buffer *buffer = NULL;
    mynacard_transport empty = MYNACARD_TRANSPORT_INIT;
    mynacard_service service = MYNACARD_SERVICE_INIT;
    mynacard_card_options card_options = MYNACARD_CARD_OPTIONS_INIT;
    const mynacard_status bad = MYNACARD_STATUS_INVALID_ARGUMENT;
    int32_t tries;

    EXPECT(mynacard_pin_new(NULL, 0, NULL, NULL) == bad);
    EXPECT(mynacard_pin_new(NULL, 4, NULL, &error) == bad);
    EXPECT(error != NULL && strcmp(mynacard_error_code(error), "MC-9001") == 0);
    EXPECT(mynacard_error_free(error) == MYNACARD_STATUS_OK);
    EXPECT(mynacard_pin_push(NULL, '1', NULL) == bad);
    EXPECT(mynacard_pin_erase(NULL, 0, NULL) == bad);
    EXPECT(mynacard_pin_length(NULL) == 0);
    EXPECT(mynacard_cancel_new(NULL, NULL) == bad);
    EXPECT(mynacard_cancel_cancel(NULL) == bad);
    EXPECT(mynacard_cancel_is_cancelled(NULL) == 0);
    EXPECT(mynacard_card_wait(NULL, 0, NULL, 0, NULL, NULL, NULL) == bad);
    EXPECT(mynacard_card_wait(NULL, 3, NULL, 0, NULL, &card, NULL) == bad);
    card_options.lengths = 3;
    EXPECT(mynacard_card_wait(NULL, 0, &card_options, 0, NULL, &card, NULL) == bad);
    card_options.struct_size--;
    EXPECT(mynacard_card_wait(NULL, 0, &card_options, 0, NULL, &card, NULL) == MYNACARD_STATUS_STRUCT_SIZE);
    EXPECT(mynacard_card_wait_removed(NULL, 0, NULL, NULL) == bad);
    EXPECT(mynacard_card_from_transport(NULL, &card, NULL) == bad);
    EXPECT(mynacard_card_from_transport(&empty, &card, NULL) == bad);
    EXPECT(mynacard_card_from_transport(&empty, NULL, NULL) == bad);
    EXPECT(mynacard_card_tries_left(NULL, NULL, &tries, NULL) == bad);
    EXPECT(mynacard_card_tries_left(NULL, NULL, NULL, NULL) == bad);
    EXPECT(mynacard_card_certificate(NULL, NULL, &buffer, NULL) == bad);
    EXPECT(mynacard_readers_json(NULL, NULL) == bad);
    EXPECT(mynacard_terminal_activate(NULL, NULL, 0, NULL, 0, NULL, 0, 1, NULL, &terminal, NULL) == bad);
    EXPECT(mynacard_terminal_activate(&service, NULL, 0, NULL, 0, NULL, 0, 0, NULL, &terminal, NULL) == bad);
    EXPECT(mynacard_terminal_store(NULL, NULL, 0, NULL, 0, NULL) == bad);
    EXPECT(mynacard_terminal_open(NULL, 0, NULL, 0, NULL, NULL) == bad);
    EXPECT(mynacard_terminal_json(NULL, &buffer, NULL) == bad);
    EXPECT(mynacard_desk_open(NULL, NULL, NULL, NULL, &desk, NULL) == bad);
    EXPECT(mynacard_desk_prepare(NULL, NULL, NULL, &check, NULL) == bad);
    EXPECT(mynacard_check_by_pin(NULL, NULL, NULL, NULL, &answer, NULL) == bad);
    EXPECT(mynacard_check_by_keypad(NULL, NULL, NULL, &answer, NULL) == bad);
    EXPECT(mynacard_check_deliver_again(NULL, NULL, &answer, NULL) == bad);
    EXPECT(mynacard_check_tap(NULL, NULL, NULL, NULL) == bad);
    EXPECT(mynacard_check_confirm(NULL, NULL, 0, NULL) == bad);
    EXPECT(mynacard_check_by_sight(NULL, NULL, NULL, &answer, NULL) == bad);
    EXPECT(mynacard_answer_from_xml(NULL, 0, NULL, NULL) == bad);
    EXPECT(mynacard_answer_from_xml(NULL, 1, &answer, NULL) == bad);
    EXPECT(mynacard_answer_validity(NULL) == MYNACARD_VALIDITY_UNSTATED);
    EXPECT(mynacard_answer_count(NULL) == 0);
    EXPECT(mynacard_answer_text(NULL, 0, 1, 0, 0, &buffer, NULL) == bad);
    EXPECT(mynacard_answer_write(NULL, 0, &buffer, NULL) == bad);
    EXPECT(mynacard_answer_check_json(NULL, &buffer, NULL) == bad);
    EXPECT(mynacard_field_by_tag(NULL, 0) == 0);
    EXPECT(mynacard_fields_json(NULL, NULL) == bad);
    EXPECT(mynacard_folder_open(NULL, 0, 0, NULL, NULL) == bad);
    EXPECT(mynacard_folder_open(NULL, 0, 7, &folder, NULL) == bad);
    EXPECT(mynacard_folder_next(NULL, 0, NULL, &answer, NULL, NULL) == bad);
    EXPECT(mynacard_buffer_data(NULL) == NULL && mynacard_buffer_size(NULL) == 0);
    EXPECT(mynacard_error_status(NULL) == bad);
    EXPECT(mynacard_error_code(NULL) == NULL);
    EXPECT(mynacard_error_tries_left(NULL) == -1 && mynacard_error_status_word(NULL) == -1);
    EXPECT(mynacard_error_text(NULL, 0, 0, 0, &buffer) == bad);
    EXPECT(mynacard_error_free(NULL) == MYNACARD_STATUS_OK);
    EXPECT(mynacard_buffer_free(NULL) == MYNACARD_STATUS_OK);
    EXPECT(mynacard_cancel_free(NULL) == MYNACARD_STATUS_OK);
    EXPECT(mynacard_pin_free(NULL) == MYNACARD_STATUS_OK);
    EXPECT(mynacard_card_free(NULL) == MYNACARD_STATUS_OK);
    EXPECT(mynacard_terminal_free(NULL) == MYNACARD_STATUS_OK);
    EXPECT(mynacard_desk_free(NULL) == MYNACARD_STATUS_OK);
    EXPECT(mynacard_check_free(NULL) == MYNACARD_STATUS_OK);
    EXPECT(mynacard_answer_free(NULL) == MYNACARD_STATUS_OK);
    EXPECT(mynacard_folder_free(NULL) == MYNACARD_STATUS_OK);
    /* Nothing was written by calls that failed. */
    EXPECT(card == NULL && answer == NULL && terminal == NULL && desk == NULL && check == NULL && folder == NULL && buffer == NULL);
}

static void lengths_and_numbers(void)
{
    mynacard_answer *answer = NULL;
    mynacard_pin *pin = NULL;
    uint8_t byte = '<';
    EXPECT(mynacard_answer_from_xml(&byte, SIZE_MAX, &answer, NULL) == MYNACARD_STATUS_INVALID_ARGUMENT);
    EXPECT(mynacard_answer_from_xml(&byte, SIZE_MAX / 2 + 1, &answer, NULL) == MYNACARD_STATUS_INVALID_ARGUMENT);
    EXPECT(mynacard_answer_from_xml(&byte, 1, &answer, NULL) == MYNACARD_STATUS_INPUT);
    EXPECT(mynacard_pin_new(BYTES("12345678901234567"), &pin, NULL) == MYNACARD_STATUS_MALFORMED_PIN && pin == NULL);
    EXPECT(mynacard_pin_new(NULL, 0, &pin, NULL) == MYNACARD_STATUS_OK);
    EXPECT(mynacard_pin_push(pin, 'x', NULL) == MYNACARD_STATUS_MALFORMED_PIN);
    EXPECT(mynacard_pin_push(pin, '1', NULL) == MYNACARD_STATUS_OK && mynacard_pin_length(pin) == 1);
    EXPECT(mynacard_pin_erase(pin, 0, NULL) == MYNACARD_STATUS_OK && mynacard_pin_length(pin) == 0);
    EXPECT(mynacard_pin_erase(pin, 0, NULL) == MYNACARD_STATUS_OK);
    EXPECT(mynacard_pin_free(pin) == MYNACARD_STATUS_OK);
}

static void handles(void)
{
    mynacard_pin *pin = NULL, *other = NULL;
    const mynacard_status bad = MYNACARD_STATUS_INVALID_HANDLE;
    EXPECT(mynacard_pin_new(BYTES("1234"), &pin, NULL) == MYNACARD_STATUS_OK);
    EXPECT(mynacard_card_free((mynacard_card *)pin) == bad);
    EXPECT(mynacard_pin_free(pin) == MYNACARD_STATUS_OK);
    EXPECT(mynacard_pin_free(pin) == bad);
    EXPECT(mynacard_pin_push(pin, '1', NULL) == bad);
    EXPECT(mynacard_pin_new(BYTES("1234"), &other, NULL) == MYNACARD_STATUS_OK);
    EXPECT(other != pin && mynacard_pin_length(pin) == 0 && mynacard_pin_length(other) == 4);
    EXPECT(mynacard_pin_free(other) == MYNACARD_STATUS_OK);
    EXPECT(mynacard_buffer_free((mynacard_buffer *)(uintptr_t)0x1000) == bad);
}

/* The first handles of two kinds have the same place in their tables, so that only their kinds tell them apart. */
static void first_of_two_kinds(void)
{
    mynacard_pin *pin = NULL;
    mynacard_cancel *cancel = NULL;
    const mynacard_status bad = MYNACARD_STATUS_INVALID_HANDLE;
    EXPECT(mynacard_pin_new(BYTES("1234"), &pin, NULL) == MYNACARD_STATUS_OK);
    EXPECT(mynacard_cancel_new(&cancel, NULL) == MYNACARD_STATUS_OK);
    EXPECT(mynacard_cancel_cancel((mynacard_cancel *)pin) == bad && mynacard_cancel_free((mynacard_cancel *)pin) == bad);
    EXPECT(mynacard_pin_push((mynacard_pin *)cancel, '5', NULL) == bad && mynacard_pin_free((mynacard_pin *)cancel) == bad);
    EXPECT(mynacard_pin_length(pin) == 4 && mynacard_cancel_is_cancelled(cancel) == 0);
    EXPECT(mynacard_pin_free(pin) == MYNACARD_STATUS_OK && mynacard_cancel_free(cancel) == MYNACARD_STATUS_OK);
}

/* A freed handle, one of another kind and an invented one, where each function of the surface wants its own. */
static void wrong_handles(void)
{
    static const char FACE[] = "{\"hierarchy\":\"simulation\",\"keys\":[]}";
    mynacard_pin *pin = NULL, *freed = NULL;
    mynacard_buffer *buffer = NULL;
    mynacard_answer *answer = NULL;
    mynacard_terminal *terminal = NULL;
    struct blank blank = new_blank(1);
    mynacard_transport functions = table(&blank);
    mynacard_card *card = NULL;
    const mynacard_status bad = MYNACARD_STATUS_INVALID_HANDLE;
    void *wrong[3];
    EXPECT(mynacard_pin_new(BYTES("1234"), &pin, NULL) == MYNACARD_STATUS_OK);
    EXPECT(mynacard_pin_new(BYTES("1234"), &freed, NULL) == MYNACARD_STATUS_OK);
    EXPECT(mynacard_pin_free(freed) == MYNACARD_STATUS_OK);
    EXPECT(mynacard_card_from_transport(&functions, &card, NULL) == MYNACARD_STATUS_OK);
    wrong[0] = pin;
    wrong[1] = freed;
    wrong[2] = (void *)(uintptr_t)0x1000;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        void *handle = wrong[i];
        EXPECT(mynacard_answer_match_json(handle, BYTES("[]"), &buffer, NULL) == bad);
        EXPECT(mynacard_checkup_json(0, BYTES("a"), handle, BYTES("{}"), &buffer, NULL) == bad);
        EXPECT(mynacard_card_status_json(handle, NULL, &buffer, NULL) == bad);
        EXPECT(mynacard_card_status_json(card, handle, &buffer, NULL) == bad);
        EXPECT(mynacard_card_attributes_json(handle, pin, NULL, 0, NULL, &buffer, NULL) == bad);
        EXPECT(mynacard_card_face(handle, NULL, BYTES("1980021720350000"), BYTES(FACE), NULL, &buffer, NULL, NULL, NULL, NULL) == bad);
        EXPECT(mynacard_card_face(card, handle, BYTES("1980021720350000"), BYTES(FACE), NULL, &buffer, NULL, NULL, NULL, NULL) == bad);
        EXPECT(mynacard_card_change_pin(handle, 0, pin, pin, NULL, NULL) == bad);
        EXPECT(mynacard_card_record(handle, 1, NULL, NULL) == bad);
        EXPECT(mynacard_desk_home(handle, BYTES("{\"do\":\"poll\",\"reception_number\":\"1\"}"), NULL, NULL, &buffer, NULL, NULL) == bad);
        EXPECT(mynacard_terminal_manage(handle, NULL, MYNACARD_TERMINAL_ACTION_VISUAL_ON, NULL, 0, NULL, &buffer, NULL) == bad);
        EXPECT(mynacard_audit_json(handle, BYTES("."), 1, &buffer, NULL) == bad);
        EXPECT(mynacard_doctor_json(NULL, handle, NULL, 0, NULL, &buffer, NULL) == bad);
        EXPECT(mynacard_folder_submit(handle, BYTES("{\"institution\":\"1312345679\",\"insurer\":\"06130488\",\"number\":\"1\",\"birth\":\"19800217\"}"), &buffer, NULL) == bad);
        EXPECT(mynacard_folder_finish(handle, BYTES("OQSsiquc01req_1.xml"), 0, NULL) == bad);
    }
    /* Neither a PIN of another kind of handle nor one that is gone. */
    EXPECT(mynacard_pin_length(pin) == 4);
    EXPECT(mynacard_card_attributes_json(card, freed, NULL, 0, NULL, &buffer, NULL) == bad);
    EXPECT(mynacard_card_change_pin(card, 0, pin, freed, NULL, NULL) == bad);
    EXPECT(buffer == NULL && answer == NULL && terminal == NULL && blank.secrets == 0);
    EXPECT(mynacard_pin_free(pin) == MYNACARD_STATUS_OK);
    EXPECT(mynacard_card_free(card) == MYNACARD_STATUS_OK);
}

/* The same of a check at a desk, of readers, errors and buffers, and of the cancel handle that is given beside a right one. */
static void more_wrong_handles(void)
{
    static const char URL[] = "https://localhost";
    mynacard_pin *pin = NULL, *freed = NULL, *own = NULL;
    mynacard_buffer *buffer = NULL;
    mynacard_answer *answer = NULL;
    mynacard_desk *desk = NULL;
    mynacard_check *check = NULL;
    mynacard_patients patients = MYNACARD_PATIENTS_INIT;
    mynacard_service service = MYNACARD_SERVICE_INIT;
    struct blank blank = new_blank(1);
    mynacard_transport functions = table(&blank);
    mynacard_card *card = NULL;
    const mynacard_status bad = MYNACARD_STATUS_INVALID_HANDLE;
    void *wrong[3];
    int32_t tries = 77;
    service.url = (const uint8_t *)URL;
    service.url_size = sizeof URL - 1;
    service.trust = MYNACARD_TRUST_SIMULATION;
    patients.patient = (int32_t (*)(void *, const uint8_t *, size_t))1; /* never called */
    EXPECT(mynacard_pin_new(BYTES("1234"), &pin, NULL) == MYNACARD_STATUS_OK);
    EXPECT(mynacard_pin_new(BYTES("1234"), &own, NULL) == MYNACARD_STATUS_OK);
    EXPECT(mynacard_pin_new(BYTES("1234"), &freed, NULL) == MYNACARD_STATUS_OK);
    EXPECT(mynacard_pin_free(freed) == MYNACARD_STATUS_OK);
    EXPECT(mynacard_card_from_transport(&functions, &card, NULL) == MYNACARD_STATUS_OK);
    wrong[0] = card;
    wrong[1] = freed;
    wrong[2] = (void *)(uintptr_t)0x1000;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        void *handle = wrong[i];
        EXPECT(mynacard_desk_open(&service, handle, NULL, NULL, &desk, NULL) == bad);
        EXPECT(mynacard_desk_prepare(handle, NULL, NULL, &check, NULL) == bad);
        EXPECT(mynacard_desk_download(handle, BYTES("00000000000000000001"), &patients, NULL, &buffer, NULL) == bad);
        EXPECT(mynacard_desk_free(handle) == bad);
        EXPECT(mynacard_check_by_pin(handle, card, own, NULL, &answer, NULL) == bad);
        EXPECT(mynacard_check_by_keypad(handle, card, NULL, &answer, NULL) == bad);
        EXPECT(mynacard_check_by_sight(handle, card, NULL, &answer, NULL) == bad);
        EXPECT(mynacard_check_deliver_again(handle, NULL, &answer, NULL) == bad);
        EXPECT(mynacard_check_tap(handle, card, NULL, NULL) == bad);
        EXPECT(mynacard_check_confirm(handle, BYTES("staff-07"), NULL) == bad);
        EXPECT(mynacard_check_free(handle) == bad);
        EXPECT(mynacard_answer_text(handle, 0, 1, 0, 0, &buffer, NULL) == bad);
        EXPECT(mynacard_answer_write(handle, 0, &buffer, NULL) == bad);
        EXPECT(mynacard_answer_check_json(handle, &buffer, NULL) == bad);
        EXPECT(mynacard_answer_validity(handle) == MYNACARD_VALIDITY_UNSTATED && mynacard_answer_count(handle) == 0);
        EXPECT(mynacard_answer_free(handle) == bad);
        EXPECT(mynacard_folder_next(handle, 0, NULL, &answer, NULL, NULL) == bad);
        EXPECT(mynacard_folder_manage(handle, BYTES("{\"do\":\"requests\"}"), NULL, NULL, &buffer, NULL) == bad);
        EXPECT(mynacard_folder_free(handle) == bad);
        EXPECT(mynacard_terminal_store(handle, BYTES("/nonexistent/vault"), BYTES("a long passcode"), NULL) == bad);
        EXPECT(mynacard_terminal_json(handle, &buffer, NULL) == bad);
        EXPECT(mynacard_terminal_free(handle) == bad);
        EXPECT(mynacard_error_status(handle) == bad && mynacard_error_code(handle) == NULL);
        EXPECT(mynacard_error_tries_left(handle) == -1 && mynacard_error_status_word(handle) == -1);
        EXPECT(mynacard_error_class(handle) == MYNACARD_CLASS_CALLER);
        EXPECT(mynacard_error_text(handle, 0, 0, 0, &buffer) == bad && mynacard_error_free(handle) == bad);
        EXPECT(mynacard_buffer_data(handle) == NULL && mynacard_buffer_size(handle) == 0 && mynacard_buffer_free(handle) == bad);
        EXPECT(mynacard_pin_push(handle, '1', NULL) == bad && mynacard_pin_erase(handle, 1, NULL) == bad);
        EXPECT(mynacard_pin_length(handle) == 0 && mynacard_pin_free(handle) == bad);
        EXPECT(mynacard_cancel_cancel(handle) == bad && mynacard_cancel_is_cancelled(handle) == 0 && mynacard_cancel_free(handle) == bad);
        /* Beside a right one. */
        EXPECT(mynacard_card_tries_left(card, handle, &tries, NULL) == bad);
        EXPECT(mynacard_card_certificate(card, handle, &buffer, NULL) == bad);
        EXPECT(mynacard_card_attributes_json(card, own, NULL, 0, handle, &buffer, NULL) == bad);
        EXPECT(mynacard_card_wait(NULL, 0, NULL, 0, handle, &(mynacard_card *){ NULL }, NULL) == bad);
        EXPECT(mynacard_doctor_json(NULL, NULL, NULL, 0, handle, &buffer, NULL) == bad);
    }
    /* Where a card is wanted. */
    wrong[0] = pin;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        void *handle = wrong[i];
        EXPECT(mynacard_card_tries_left(handle, NULL, &tries, NULL) == bad);
        EXPECT(mynacard_card_certificate(handle, NULL, &buffer, NULL) == bad);
        EXPECT(mynacard_card_wait_removed(handle, 0, NULL, NULL) == bad);
        EXPECT(mynacard_card_free(handle) == bad);
    }
    EXPECT(mynacard_pin_length(own) == 4 && tries == 77 && blank.inside == 0 && blank.destroyed == 0);
    EXPECT(buffer == NULL && answer == NULL && desk == NULL && check == NULL);
    EXPECT(mynacard_pin_free(own) == MYNACARD_STATUS_OK && mynacard_pin_free(pin) == MYNACARD_STATUS_OK);
    EXPECT(mynacard_card_free(card) == MYNACARD_STATUS_OK && blank.destroyed == 1);
}

/* Every size that a structure may say: that of its first version, one less, one between two members, and larger ones. What the call
 * itself answers to an empty structure is the measure. */
#define SIZES(type, last, call)                                                                                  \
    do {                                                                                                         \
        struct { type known; uint8_t later[16]; } given;                                                         \
        type *const it = &given.known;                                                                           \
        const size_t first = offsetof(type, last) + sizeof given.known.last;                                     \
        mynacard_status usual;                                                                                   \
        memset(&given, 0, sizeof given);                                                                         \
        it->struct_size = sizeof *it;                                                                            \
        usual = (call);                                                                                          \
        EXPECT(usual != MYNACARD_STATUS_STRUCT_SIZE && usual != MYNACARD_STATUS_UNKNOWN_OPTION);                 \
        it->struct_size = first;                                                                                 \
        EXPECT((call) == usual);                                                                                 \
        it->struct_size = first - 1;                                                                             \
        EXPECT((call) == MYNACARD_STATUS_STRUCT_SIZE);                                                           \
        it->struct_size = 0;                                                                                     \
        EXPECT((call) == MYNACARD_STATUS_STRUCT_SIZE);                                                           \
        for (size_t cut = 1; cut < 4 && first < sizeof *it; cut++) {                                             \
            it->struct_size = first + cut;                                                                       \
            EXPECT((call) == MYNACARD_STATUS_STRUCT_SIZE);                                                       \
            it->struct_size = sizeof *it - cut;                                                                  \
            EXPECT((call) == MYNACARD_STATUS_STRUCT_SIZE);                                                       \
        }                                                                                                        \
        it->struct_size = sizeof given;                                                                          \
        EXPECT((call) == usual);                                                                                 \
        given.later[15] = 1;                                                                                     \
        EXPECT((call) == MYNACARD_STATUS_UNKNOWN_OPTION);                                                        \
        it->struct_size = SIZE_MAX;                                                                              \
        EXPECT((call) == MYNACARD_STATUS_STRUCT_SIZE);                                                           \
    } while (0)

static mynacard_service somewhere(void)
{
    static const char URL[] = "https://localhost";
    mynacard_service service = MYNACARD_SERVICE_INIT;
    service.url = (const uint8_t *)URL;
    service.url_size = sizeof URL - 1;
    service.trust = MYNACARD_TRUST_SIMULATION;
    return service;
}

static mynacard_status with_options(const mynacard_desk_options *options, const mynacard_progress *progress)
{
    const mynacard_service service = somewhere();
    mynacard_desk *desk = NULL;
    return mynacard_desk_open(&service, NULL, options, progress, &desk, NULL);
}

static mynacard_status with_audit(const mynacard_audit *audit, const mynacard_pinless *pinless)
{
    mynacard_desk_options options = MYNACARD_DESK_OPTIONS_INIT;
    options.audit = audit;
    options.pinless = pinless;
    return with_options(&options, NULL);
}

static mynacard_status with_service(const mynacard_service *service)
{
    mynacard_terminal *terminal = NULL;
    return mynacard_terminal_activate(service, NULL, 0, NULL, 0, NULL, 0, 1, NULL, &terminal, NULL);
}

static mynacard_status with_carrier(const mynacard_carrier *carrier)
{
    mynacard_service service = somewhere();
    service.carrier = carrier;
    return with_service(&service);
}

static mynacard_status with_registration(const mynacard_registration *registration)
{
    const mynacard_service service = somewhere();
    mynacard_terminal *terminal = NULL;
    return mynacard_terminal_register(&service, registration, NULL, &terminal, NULL);
}

static void sizes(void)
{
    mynacard_card *card = NULL;
    mynacard_check *check = NULL;
    mynacard_buffer *buffer = NULL;
    mynacard_folder *folder = NULL;
    if (sizeof(void *) == 8) {
        /* What programs of the first version say. */
        EXPECT(offsetof(mynacard_service, timeout_ms) + 4 == 88);
        EXPECT(offsetof(mynacard_ask, specific_diseases) + 4 == 24);
        EXPECT(offsetof(mynacard_desk_options, counter) + 4 == 24);
    }
    SIZES(mynacard_transport, max_response, mynacard_card_from_transport(it, &card, NULL));
    SIZES(mynacard_service, timeout_ms, with_service(it));
    SIZES(mynacard_carrier, destroy, with_carrier(it));
    SIZES(mynacard_card_options, keypad_timeout_ms, (it->lengths = 9, mynacard_card_wait(NULL, 0, it, 0, NULL, &card, NULL)));
    SIZES(mynacard_desk_options, counter, with_options(it, NULL));
    SIZES(mynacard_progress, destroy, with_options(NULL, it));
    SIZES(mynacard_audit, destroy, with_audit(it, NULL));
    SIZES(mynacard_pinless, destroy, with_audit(NULL, it));
    SIZES(mynacard_ask, specific_diseases, mynacard_desk_prepare(NULL, it, NULL, &check, NULL));
    SIZES(mynacard_patients, destroy, mynacard_desk_download(NULL, BYTES("1"), it, NULL, &buffer, NULL));
    SIZES(mynacard_registration, terms_accepted, with_registration(it));
    SIZES(mynacard_exchange, shift_jis, mynacard_folder_exchange(it, &folder, NULL));
    SIZES(mynacard_log, most, mynacard_log_set(it, NULL));
    SIZES(mynacard_key_store, destroy, mynacard_key_store_set(it, NULL));
    EXPECT(card == NULL && check == NULL && buffer == NULL && folder == NULL);
    {
        /* What is reserved is nothing, also where it is not at the end. */
        mynacard_ask ask = MYNACARD_ASK_INIT;
        mynacard_log log = MYNACARD_LOG_INIT;
        mynacard_registration registration = MYNACARD_REGISTRATION_INIT;
        ask.reserved = log.reserved = registration.reserved = 1;
        EXPECT(mynacard_desk_prepare(NULL, &ask, NULL, &check, NULL) == MYNACARD_STATUS_UNKNOWN_OPTION);
        EXPECT(mynacard_log_set(&log, NULL) == MYNACARD_STATUS_UNKNOWN_OPTION);
        EXPECT(with_registration(&registration) == MYNACARD_STATUS_UNKNOWN_OPTION);
    }
}

/* Test cards have roots, and nobody else. */
static void test_roots(void)
{
    static const uint8_t NONE[] = { 0x30, 0x82, 0x01, 0x00, 0x00 };
    mynacard_service service = somewhere();
    service.name = service.environment = (const uint8_t *)"x";
    service.name_size = service.environment_size = 1;
    service.trust = MYNACARD_TRUST_JPKI_TEST;
    EXPECT(with_service(&service) == MYNACARD_STATUS_INVALID_ARGUMENT);
    service.test_roots = NONE;
    service.test_roots_size = sizeof NONE;
    EXPECT(with_service(&service) == MYNACARD_STATUS_INVALID_ARGUMENT);
    service.test_roots_size = 2;
    EXPECT(with_service(&service) == MYNACARD_STATUS_INVALID_ARGUMENT);
    service.trust = 3;
    EXPECT(with_service(&service) == MYNACARD_STATUS_INVALID_ARGUMENT);
}

static void structures(void)
{
    struct blank blank = new_blank(1);
    struct { mynacard_transport known; uint64_t later; } newer = { table(&blank), 0 };
    mynacard_transport older = table(&blank);
    mynacard_card *card = NULL;
    older.struct_size = sizeof older - 1;
    EXPECT(mynacard_card_from_transport(&older, &card, NULL) == MYNACARD_STATUS_STRUCT_SIZE);
    older.struct_size = 0;
    EXPECT(mynacard_card_from_transport(&older, &card, NULL) == MYNACARD_STATUS_STRUCT_SIZE);
    newer.known.struct_size = sizeof newer;
    newer.later = 1;
    EXPECT(mynacard_card_from_transport(&newer.known, &card, NULL) == MYNACARD_STATUS_UNKNOWN_OPTION);
    EXPECT(blank.destroyed == 0);
    newer.later = 0;
    EXPECT(mynacard_card_from_transport(&newer.known, &card, NULL) == MYNACARD_STATUS_OK);
    EXPECT(mynacard_card_free(card) == MYNACARD_STATUS_OK);
    EXPECT(blank.destroyed == 1);
}

struct call {
    mynacard_card *card;
    mynacard_cancel *cancel;
    mynacard_status status;
};

static void *ask(void *userdata)
{
    struct call *call = userdata;
    int32_t tries;
    call->status = mynacard_card_tries_left(call->card, call->cancel, &tries, NULL);
    return NULL;
}

static void busy_and_reentrant(void)
{
    struct blank blank = new_blank(0);
    mynacard_transport functions = table(&blank);
    struct call call = { NULL, NULL, MYNACARD_STATUS_OK };
    mynacard_buffer *busy = NULL;
    mynacard_pin *pin = NULL;
    int32_t tries;
    pthread_t thread;
    EXPECT(mynacard_card_from_transport(&functions, &call.card, NULL) == MYNACARD_STATUS_OK);
    blank.own = call.card;
    pthread_create(&thread, NULL, ask, &call);
    pthread_mutex_lock(&blank.lock);
    while (!blank.inside) {
        pthread_cond_wait(&blank.changed, &blank.lock);
    }
    pthread_mutex_unlock(&blank.lock);
    /* The card is in a call: busy at once, and freeing is deferred. */
    EXPECT(mynacard_card_tries_left(call.card, NULL, &tries, NULL) == MYNACARD_STATUS_BUSY);
    EXPECT(mynacard_card_status_json(call.card, NULL, &busy, NULL) == MYNACARD_STATUS_BUSY);
    EXPECT(mynacard_card_record(call.card, 1, NULL, NULL) == MYNACARD_STATUS_BUSY);
    EXPECT(mynacard_pin_new(BYTES("1234"), &pin, NULL) == MYNACARD_STATUS_OK);
    EXPECT(mynacard_card_attributes_json(call.card, pin, NULL, 0, NULL, &busy, NULL) == MYNACARD_STATUS_BUSY);
    /* A PIN is not lost to a card that is busy. */
    EXPECT(mynacard_pin_length(pin) == 4 && busy == NULL);
    EXPECT(mynacard_pin_free(pin) == MYNACARD_STATUS_OK);
    EXPECT(mynacard_card_free(call.card) == MYNACARD_STATUS_OK);
    EXPECT(blank.destroyed == 0);
    EXPECT(mynacard_card_tries_left(call.card, NULL, &tries, NULL) == MYNACARD_STATUS_INVALID_HANDLE);
    pthread_mutex_lock(&blank.lock);
    blank.open = 1;
    pthread_cond_broadcast(&blank.changed);
    pthread_mutex_unlock(&blank.lock);
    pthread_join(thread, NULL);
    EXPECT(call.status == MYNACARD_STATUS_NOT_MY_NUMBER_CARD);
    EXPECT(blank.reentry == MYNACARD_STATUS_REENTRANT);
    EXPECT(blank.destroyed == 1 && blank.secrets == 0);
}

static mynacard_status with_answer(size_t size, int32_t result)
{
    struct blank blank = new_blank(1);
    mynacard_transport functions = table(&blank);
    mynacard_card *card = NULL;
    mynacard_status status;
    int32_t tries;
    blank.answer = size;
    blank.result = result;
    EXPECT(mynacard_card_from_transport(&functions, &card, NULL) == MYNACARD_STATUS_OK);
    status = mynacard_card_tries_left(card, NULL, &tries, NULL);
    mynacard_card_free(card);
    return status;
}

static void answers(void)
{
    EXPECT(with_answer(2, MYNACARD_TRANSPORT_RESULT_OK) == MYNACARD_STATUS_NOT_MY_NUMBER_CARD);
    EXPECT(with_answer(1, MYNACARD_TRANSPORT_RESULT_OK) != MYNACARD_STATUS_OK);
    EXPECT(with_answer(SIZE_MAX, MYNACARD_TRANSPORT_RESULT_OK) != MYNACARD_STATUS_OK);
    EXPECT(with_answer(70000, MYNACARD_TRANSPORT_RESULT_OK) != MYNACARD_STATUS_OK);
    EXPECT(with_answer(2, MYNACARD_TRANSPORT_RESULT_CARD_REMOVED) == MYNACARD_STATUS_CARD_GONE);
    EXPECT(with_answer(2, 12345) != MYNACARD_STATUS_OK);
}

/* A card that says what it is told to say, command by command. */
struct told {
    uint16_t query;          /* to the question how many tries are left */
    int32_t verify;          /* what becomes of a VERIFY */
    size_t beyond;           /* what a READ says of its length beyond its room */
    mynacard_cancel *cancel; /* used at the first command */
    int exchanges, verifies;
};

static int32_t told_begin(void *userdata)
{
    (void)userdata;
    return MYNACARD_TRANSPORT_RESULT_OK;
}

static int32_t told_exchange(void *userdata, const uint8_t *command, size_t command_size, int32_t secret, uint8_t *response,
                             size_t capacity, size_t *response_size)
{
    struct told *told = userdata;
    uint16_t word = 0x9000;
    told->exchanges++;
    *response_size = 2;
    if (told->cancel != NULL) {
        mynacard_cancel_cancel(told->cancel);
    }
    if (command[1] == 0x20 && command_size > 5) {
        EXPECT(secret != 0);
        told->verifies++;
        return told->verify;
    }
    if (command[1] == 0x20) {
        word = told->query;
    }
    if (command[1] == 0xB0) {
        /* A whole file, and the right word at the end of the room. */
        memcpy(response, "\x30\x82\x05\x00", 4);
        response[capacity - 2] = 0x90;
        response[capacity - 1] = 0x00;
        *response_size = capacity + told->beyond;
        return MYNACARD_TRANSPORT_RESULT_OK;
    }
    response[0] = (uint8_t)(word >> 8);
    response[1] = (uint8_t)word;
    return MYNACARD_TRANSPORT_RESULT_OK;
}

static mynacard_card *told_card(struct told *told)
{
    mynacard_transport functions = MYNACARD_TRANSPORT_INIT;
    mynacard_card *card = NULL;
    functions.userdata = told;
    functions.begin = told_begin;
    functions.exchange = told_exchange;
    functions.end = blank_end;
    functions.max_command = 65544;
    functions.max_response = 65538;
    EXPECT(mynacard_card_from_transport(&functions, &card, NULL) == MYNACARD_STATUS_OK);
    return card;
}

/* What a card says is neither cut to fit nor made of what it did not say; a lost VERIFY may have cost a try. */
static void told_answers(void)
{
    struct told told = { .query = 0x63C3 };
    mynacard_card *card = told_card(&told);
    mynacard_buffer *certificate = NULL;
    mynacard_error *error = NULL;
    mynacard_pin *old = NULL, *new = NULL;
    int32_t tries = 77;
    EXPECT(mynacard_card_certificate(card, NULL, &certificate, NULL) == MYNACARD_STATUS_OK);
    EXPECT(mynacard_buffer_size(certificate) == 4 + 0x500 && mynacard_buffer_free(certificate) == MYNACARD_STATUS_OK);
    certificate = NULL;
    told.beyond = 1;
    EXPECT(mynacard_card_certificate(card, NULL, &certificate, NULL) != MYNACARD_STATUS_OK && certificate == NULL);

    EXPECT(mynacard_card_tries_left(card, NULL, &tries, NULL) == MYNACARD_STATUS_OK && tries == 3);
    told.query = 0x9000; /* another program's session */
    tries = 77;
    EXPECT(mynacard_card_tries_left(card, NULL, &tries, &error) == MYNACARD_STATUS_CARD && tries == 77);
    EXPECT(strcmp(mynacard_error_code(error), "MC-1008") == 0);
    mynacard_error_free(error);

    told.query = 0x63C3;
    for (int sent = 0; sent < 2; sent++) {
        told.verify = MYNACARD_TRANSPORT_RESULT_TIMEOUT + (sent ? 0 : MYNACARD_TRANSPORT_NOT_SENT);
        EXPECT(mynacard_pin_new(BYTES("1234"), &old, NULL) == MYNACARD_STATUS_OK);
        EXPECT(mynacard_pin_new(BYTES("2345"), &new, NULL) == MYNACARD_STATUS_OK);
        EXPECT(mynacard_card_change_pin(card, MYNACARD_CARD_PIN_AUTHENTICATION, old, new, NULL, NULL)
               == (sent ? MYNACARD_STATUS_OUTCOME_UNKNOWN : MYNACARD_STATUS_TIMEOUT));
        EXPECT(told.verifies == sent + 1);
        mynacard_pin_free(old);
        mynacard_pin_free(new);
    }

    /* Stopped between two commands. */
    told.beyond = 0;
    told.exchanges = 0;
    EXPECT(mynacard_cancel_new(&told.cancel, NULL) == MYNACARD_STATUS_OK);
    EXPECT(mynacard_card_certificate(card, told.cancel, &certificate, NULL) == MYNACARD_STATUS_CANCELLED);
    EXPECT(told.exchanges == 1 && certificate == NULL);
    EXPECT(mynacard_cancel_free(told.cancel) == MYNACARD_STATUS_OK);
    EXPECT(mynacard_card_free(card) == MYNACARD_STATUS_OK);
}

/* A used cancel handle stops dialogues with a callback card too, before the card hears of it. */
static void cancelled_card(void)
{
    struct blank blank = new_blank(1);
    mynacard_transport functions = table(&blank);
    mynacard_card *card = NULL;
    mynacard_cancel *cancel = NULL;
    mynacard_buffer *certificate = NULL;
    int32_t tries = 77;
    EXPECT(mynacard_card_from_transport(&functions, &card, NULL) == MYNACARD_STATUS_OK);
    EXPECT(mynacard_cancel_new(&cancel, NULL) == MYNACARD_STATUS_OK);
    EXPECT(mynacard_cancel_cancel(cancel) == MYNACARD_STATUS_OK);
    EXPECT(mynacard_card_tries_left(card, cancel, &tries, NULL) == MYNACARD_STATUS_CANCELLED);
    EXPECT(mynacard_card_certificate(card, cancel, &certificate, NULL) == MYNACARD_STATUS_CANCELLED);
    EXPECT(blank.inside == 0 && tries == 77 && certificate == NULL);
    EXPECT(mynacard_card_free(card) == MYNACARD_STATUS_OK);
    EXPECT(mynacard_cancel_free(cancel) == MYNACARD_STATUS_OK);
}

static void *cancel_soon(void *userdata)
{
    usleep(300000);
    EXPECT(mynacard_cancel_cancel(userdata) == MYNACARD_STATUS_OK);
    return NULL;
}

/* A wait without end is cancelled from another thread, where there is no reader too; the handle may be freed meanwhile. */
static void cancelled_wait(void)
{
    mynacard_cancel *cancel = NULL;
    mynacard_card *card = NULL;
    mynacard_error *error = NULL;
    mynacard_status status;
    pthread_t thread;
    EXPECT(mynacard_cancel_new(&cancel, NULL) == MYNACARD_STATUS_OK);
    pthread_create(&thread, NULL, cancel_soon, cancel);
    status = mynacard_card_wait(NULL, 0, NULL, -1, cancel, &card, &error);
#ifdef _WIN32
    /* Wine has no readers and says so at once. */
    EXPECT(status == MYNACARD_STATUS_CANCELLED || status == MYNACARD_STATUS_ENVIRONMENT);
#else
    EXPECT(status == MYNACARD_STATUS_CANCELLED);
#endif
    EXPECT(card == NULL && mynacard_error_status(error) == status);
    pthread_join(thread, NULL);
    mynacard_error_free(error);
    EXPECT(mynacard_cancel_free(cancel) == MYNACARD_STATUS_OK);
}

static void *small_stack(void *userdata)
{
    mynacard_answer *answer = NULL;
    static const char xml[] = "<?xml version=\"1.0\" encoding=\"UTF-8\"?><XmlMsg><MessageHeader/><MessageBody/></XmlMsg>";
    (void)userdata;
    /* Whatever it says of this document, it says it. */
    if (mynacard_answer_from_xml((const uint8_t *)xml, sizeof xml - 1, &answer, NULL) == MYNACARD_STATUS_OK) {
        mynacard_answer_free(answer);
    }
    return NULL;
}

static long resident(void)
{
#ifdef _WIN32
    return 0; /* growth is watched where it is easily seen */
#else
    long pages = 0, size = 0;
    FILE *file = fopen("/proc/self/statm", "r");
    if (file != NULL) {
        if (fscanf(file, "%ld %ld", &size, &pages) != 2) {
            pages = 0;
        }
        fclose(file);
    }
    return pages * (sysconf(_SC_PAGESIZE) / 1024);
#endif
}

static void cycles(int count)
{
    long before = 0;
    for (int i = 0; i < count; i++) {
        mynacard_pin *pin = NULL;
        mynacard_error *error = NULL;
        mynacard_cancel *cancel = NULL;
        struct blank blank = new_blank(1);
        mynacard_transport functions = table(&blank);
        mynacard_card *card = NULL;
        mynacard_pin_new(BYTES("1234"), &pin, NULL);
        mynacard_pin_push(pin, 'x', &error);
        mynacard_cancel_new(&cancel, NULL);
        mynacard_card_from_transport(&functions, &card, NULL);
        mynacard_card_free(card);
        mynacard_cancel_free(cancel);
        mynacard_error_free(error);
        mynacard_pin_free(pin);
        EXPECT(blank.destroyed == 1);
        if (i == count / 2) {
            before = resident();
        }
    }
    EXPECT(resident() - before < 512);
}

int main(int argc, char **argv)
{
    mynacard_error *error = NULL;
    mynacard_cancel *cancel = NULL;
    mynacard_card *card = NULL;
    mynacard_pin *pin = NULL;
    pthread_attr_t attributes;
    pthread_t thread;

    first_of_two_kinds();
    nulls();
    lengths_and_numbers();
    handles();
    wrong_handles();
    more_wrong_handles();
    structures();
    sizes();
    test_roots();
    busy_and_reentrant();
    answers();
    told_answers();
    cancelled_card();
    cancelled_wait();

    EXPECT(mynacard_panic_on_purpose(&error) == MYNACARD_STATUS_PANIC);
    EXPECT(mynacard_error_status(error) == MYNACARD_STATUS_PANIC);
    mynacard_error_free(error);

    /* Two outputs in one place: the later write wins, and nothing breaks. */
    error = NULL;
    EXPECT(mynacard_pin_new(BYTES("1234"), &pin, (mynacard_error **)(void *)&pin) == MYNACARD_STATUS_OK);
    EXPECT(mynacard_pin_free(pin) == MYNACARD_STATUS_OK);

    /* A cancelled wait ends at once, also where there is no reader. */
    EXPECT(mynacard_cancel_new(&cancel, NULL) == MYNACARD_STATUS_OK);
    EXPECT(mynacard_cancel_cancel(cancel) == MYNACARD_STATUS_OK && mynacard_cancel_is_cancelled(cancel) == 1);
    EXPECT(mynacard_card_wait(NULL, 0, NULL, -1, cancel, &card, NULL) == MYNACARD_STATUS_CANCELLED);
    mynacard_cancel_free(cancel);

    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, 256 * 1024);
    pthread_create(&thread, &attributes, small_stack, NULL);
    pthread_join(thread, NULL);

    cycles(argc > 1 ? atoi(argv[1]) : 10000);

    if (failures == 0) {
        printf("done\n");
    }
    return failures == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
