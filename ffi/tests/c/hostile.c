/* Sequences of calls with hostile arguments: handles that are right, freed, of another kind or invented, bytes that are junk, JSON
 * that is almost right, lengths that cannot be, a card and a service that answer anything or call back. Every function is called, and
 * among the handles there are always a desk, a check, a terminal, a card and a PIN that could work. Whatever is answered, it is no
 * defect, and nothing breaks: sanitizers and valgrind watch. The first argument is a folder, the second the number of calls, the third
 * the seed. Prints "done". */
#include <unistd.h>

#include "surface.h"

static uint64_t seed = 20261121;

static uint32_t random_number(uint32_t below)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return (uint32_t)(seed >> 33) % below;
}

#define POOL 24
static void *pool[POOL]; /* handles of every kind, living or not */

static void *any(void)
{
    switch (random_number(8)) {
    case 0:
        return NULL;
    case 1:
        return (void *)(uintptr_t)random_number(1 << 20);
    default:
        return pool[random_number(POOL)];
    }
}

static void keep(void *handle)
{
    if (handle != NULL) {
        pool[random_number(POOL)] = handle; /* what stood there is left to the calls that free, or to the end */
    }
}

struct text {
    const uint8_t *data;
    size_t size;
};

static const char *const TEXTS[] = {
    "", "1234", "insurer-number", "138016", "MC-1003", "0001", "{}", "[]", "[{\"key\":\"1\",\"fields\":{\"Name\":\"x\"}}]",
    "{\"do\":\"inquire\",\"reference\":\"0001\"}", "{\"do\":\"list\",\"care\":\"visiting\",\"by\":\"visit-date\"}",
    "{\"do\":\"requery\",\"reference\":\"0001\"}", "{\"do\":\"submit\",\"care\":\"online\",\"by\":\"consent-date\",\"from\":\"20260101\",\"to\":\"20251231\"}",
    "{\"usage\":\"authentication\",\"hierarchy\":\"simulation\"}", "{\"service\":\"checkup\",\"on\":\"20261121\"}",
    "{\"hierarchy\":\"simulation\",\"keys\":[]}", "1980021720350000", "12345678901234567890", "\xff\xfe\x00\x01", "{\"do\":{\"do\":[[[[[",
    "<?xml version=\"1.0\"?><XmlMsg><MessageHeader/><MessageBody/></XmlMsg>", "氏名：医療　太郎\n保険者番号：138016\n",
    "保険者番号,委託元保険者名\n138016,x\n", "PK\003\004junk", "{\"event\":\"begin\",\"version\":1,\"max_command\":261,\"max_response\":258}",
    "OQSsiquc01req_1.xml", "0\x82\x01\x00junk", "{\"do\":\"requests\"}", "{\"do\":\"prune\",\"before\":1}",
    "{\"do\":\"read\",\"name\":\"OQSsiquc01req_1.xml\"}",
    "{\"institution\":\"1312345679\",\"insurer\":\"06130488\",\"number\":\"1\",\"birth\":\"19800217\"}",
    "{\"do\":\"assistance\",\"institution\":\"1312345679\"}",
    "{\"usage\":\"authentication\",\"hierarchy\":\"test\",\"roots\":[\"MAA=\"],\"revocation\":{\"ocsp\":\"MAMKAQY=\"}}",
};

/* A text, a piece of one, nothing, or a length that cannot be. */
static struct text words(void)
{
    const char *found = TEXTS[random_number(sizeof TEXTS / sizeof *TEXTS)];
    struct text text = { (const uint8_t *)found, strlen(found) };
    switch (random_number(10)) {
    case 0:
        text.size = SIZE_MAX - random_number(4);
        break;
    case 1:
        text.data = NULL;
        break;
    case 2:
        text.size = random_number((uint32_t)text.size + 1);
        break;
    default:
        break;
    }
    return text;
}

/* From a callback: what is always allowed works, the rest is refused. */
static void call_back(int waits)
{
    mynacard_buffer *buffer = NULL;
    mynacard_cancel *cancel = NULL;
    const int32_t stopped = mynacard_cancel_is_cancelled(NULL);
    /* Only where the function carries or proves can its call have been stopped. */
    EXPECT(stopped == 0 || (stopped == 1 && waits));
    if (random_number(4) != 0) {
        return;
    }
    IS(mynacard_guidance_json(NULL, 0, &buffer, NULL), MYNACARD_STATUS_REENTRANT);
    IS(mynacard_cancel_new(&cancel, NULL), MYNACARD_STATUS_REENTRANT);
    mynacard_cancel_cancel(any());
    mynacard_error_status(any());
    mynacard_buffer_size(any());
    if (random_number(4) == 0) {
        mynacard_card_free(any()); /* maybe the very one that is in use */
        mynacard_desk_free(any());
        mynacard_check_free(any());
        mynacard_terminal_free(any());
    }
}

static int32_t on_begin(void *userdata)
{
    (void)userdata;
    call_back(0);
    return random_number(8) == 0 ? (int32_t)random_number(20) : 0;
}

static int32_t on_exchange(void *userdata, const uint8_t *command, size_t command_size, int32_t secret, uint8_t *response,
                           size_t capacity, size_t *response_size)
{
    static const uint16_t WORDS[] = { 0x9000, 0x6A82, 0x6983, 0x63C1, 0x6D00, 0x6100, 0x6282 };
    const uint16_t word = WORDS[random_number(sizeof WORDS / sizeof *WORDS)];
    size_t size = random_number(300);
    (void)userdata, (void)command, (void)command_size, (void)secret;
    call_back(0);
    size = size + 2 > capacity ? 0 : size;
    for (size_t i = 0; i < size; i++) {
        response[i] = (uint8_t)random_number(256);
    }
    response[size] = (uint8_t)(word >> 8);
    response[size + 1] = (uint8_t)word;
    *response_size = random_number(16) == 0 ? SIZE_MAX : size + 2;
    return random_number(16) == 0 ? (int32_t)random_number(600) : 0;
}

static void on_end(void *userdata, int32_t how) { (void)userdata, (void)how; }

static int32_t on_carry(void *userdata, const uint8_t *operation, size_t operation_size, const uint8_t *request, size_t request_size,
                        const uint8_t *key, size_t key_size, uint32_t timeout_ms, uint8_t *response, size_t capacity,
                        size_t *response_size, uint32_t *response_status)
{
    static const char *const ANSWERS[] = { "{}", "{\"sandbox\":true}", "[", "{\"sandbox\":true,\"code\":\"REF-2001\"}", "" };
    const char *answer = ANSWERS[random_number(5)];
    (void)userdata, (void)operation, (void)operation_size, (void)request, (void)request_size, (void)key, (void)key_size, (void)timeout_ms;
    call_back(1);
    EXPECT(strlen(answer) < capacity);
    memcpy(response, answer, strlen(answer));
    *response_size = random_number(16) == 0 ? SIZE_MAX : strlen(answer);
    *response_status = random_number(2) == 0 ? 200 : random_number(100000);
    return (int32_t)random_number(4);
}

static int32_t on_patient(void *userdata, const uint8_t *json, size_t json_size)
{
    (void)userdata, (void)json, (void)json_size;
    return (int32_t)random_number(2);
}

static void on_line(void *userdata, int32_t level, const uint8_t *line, size_t line_size)
{
    (void)userdata, (void)level, (void)line, (void)line_size;
}

static int32_t on_event(void *userdata, const uint8_t *json, size_t json_size)
{
    (void)userdata, (void)json, (void)json_size;
    call_back(0);
    return random_number(4) == 0;
}

static void on_step(void *userdata, int32_t step)
{
    (void)userdata, (void)step;
    call_back(0);
}

static int32_t on_key(void *userdata, const uint8_t *vault_id, uint8_t *key)
{
    (void)userdata;
    call_back(0);
    memcpy(key, vault_id, 16);
    return random_number(4) == 0;
}

static int32_t on_next(void *userdata, const uint8_t *challenge, size_t challenge_size, uint32_t step, const uint8_t *answer,
                       size_t answer_size, uint8_t *output, size_t capacity, size_t *output_size)
{
    (void)userdata, (void)challenge, (void)challenge_size, (void)step, (void)answer, (void)answer_size, (void)capacity;
    call_back(1);
    for (size_t i = 0; i < 64; i++) {
        output[i] = (uint8_t)random_number(256);
    }
    *output_size = random_number(16) == 0 ? SIZE_MAX : random_number(65);
    return (int32_t)random_number(4);
}

static mynacard_sandbox *sandbox;
static mynacard_carrier right; /* to the sandbox, in this process */
static mynacard_terminal *activated;
static int worked[80];

enum { DESK, CHECK, CARD, PIN, KINDS };
static void *living[KINDS]; /* by kind, until somebody frees it */

/* The one that could work, every other time. */
static void *maybe(int kind, void *other)
{
    return random_number(2) == 0 ? living[kind] : other;
}

static mynacard_service right_service(void)
{
    mynacard_service service = MYNACARD_SERVICE_INIT;
    service.carrier = &right;
    service.trust = MYNACARD_TRUST_SIMULATION;
    return service;
}

static void nothing(void *userdata) { (void)userdata; }

/* What could work, put among the rest. */
static void refresh(void)
{
    mynacard_service service = right_service();
    mynacard_desk_options options = MYNACARD_DESK_OPTIONS_INIT;
    mynacard_transport functions = MYNACARD_TRANSPORT_INIT;
    mynacard_desk *desk = NULL;
    mynacard_check *check = NULL;
    mynacard_card *card = NULL;
    mynacard_pin *pin = NULL;
    options.visual_check = 1;
    OK(mynacard_desk_open(&service, activated, &options, NULL, &desk, NULL));
    OK(mynacard_desk_prepare(desk, NULL, NULL, &check, NULL));
    EXPECT(mynacard_sandbox_card("kyokai-self", 1, &functions) == 0);
    OK(mynacard_card_from_transport(&functions, &card, NULL));
    OK(mynacard_pin_new(BYTES("1234"), &pin, NULL));
    living[DESK] = desk;
    living[CHECK] = check;
    living[CARD] = card;
    living[PIN] = pin;
    memcpy(pool, living, sizeof living);
}

static void one(int which)
{
    const struct text a = words(), b = words();
    void *x = any(), *y = any(), *z = any();
    const int32_t number = (int32_t)random_number(12) - 1;
    mynacard_error *error = NULL, **place = random_number(2) == 0 ? NULL : &error;
    mynacard_status status = MYNACARD_STATUS_OK;
    mynacard_buffer *buffer = NULL, *more = NULL;
    mynacard_answer *answer = NULL;
    mynacard_card *card = NULL;
    mynacard_check *check = NULL;
    mynacard_cancel *cancel = NULL;
    mynacard_pin *pin = NULL;
    mynacard_folder *folder = NULL;
    mynacard_desk *desk = NULL;
    mynacard_terminal *terminal = NULL;
    mynacard_transport transport = MYNACARD_TRANSPORT_INIT;
    mynacard_patients patients = MYNACARD_PATIENTS_INIT;
    mynacard_log log = MYNACARD_LOG_INIT;
    mynacard_carrier carrier = MYNACARD_CARRIER_INIT;
    mynacard_service service = MYNACARD_SERVICE_INIT;
    mynacard_desk_options options = MYNACARD_DESK_OPTIONS_INIT;
    mynacard_progress progress = MYNACARD_PROGRESS_INIT;
    mynacard_audit audit = MYNACARD_AUDIT_INIT;
    mynacard_pinless pinless = MYNACARD_PINLESS_INIT;
    mynacard_registration registration = MYNACARD_REGISTRATION_INIT;
    mynacard_exchange exchange = MYNACARD_EXCHANGE_INIT;
    mynacard_key_store store = MYNACARD_KEY_STORE_INIT;
    mynacard_ask ask = MYNACARD_ASK_INIT;
    int32_t tries = 0;
    transport.begin = on_begin;
    transport.exchange = on_exchange;
    transport.end = on_end;
    patients.patient = on_patient;
    log.line = on_line;
    log.most = number;
    carrier.carry = on_carry;
    service.carrier = random_number(4) == 0 ? &right : &carrier;
    service.trust = number % 2;
    progress.step = on_step;
    audit.event = on_event;
    pinless.next = on_next;
    store.key = on_key;
    options.visual_check = (int32_t)random_number(2);
    options.audit = random_number(2) == 0 ? &audit : NULL;
    options.pinless = random_number(2) == 0 ? &pinless : NULL;
    options.counter = number % 4;
    options.patience_ms = random_number(2) == 0 ? 0 : random_number(2000);
    registration.institution_code = a.data, registration.institution_code_size = a.size;
    registration.id = b.data, registration.id_size = b.size;
    registration.activation_code = a.data, registration.activation_code_size = a.size;
    registration.path = (const uint8_t *)"no/such/folder", registration.path_size = 14;
    registration.terms_accepted = (int32_t)random_number(2);
    exchange.req = exchange.res = (const uint8_t *)".", exchange.req_size = exchange.res_size = 1;
    exchange.journal = (const uint8_t *)"journal", exchange.journal_size = 7;
    exchange.face = a.data, exchange.face_size = random_number(2) == 0 ? 0 : a.size;
    exchange.zip_password = b.data, exchange.zip_password_size = b.size;
    exchange.existing = number % 3;
    ask.method = (int32_t)random_number(2);
    ask.consents = random_number(20);
    switch (which) {
    case 0: status = mynacard_identifier_json(a.data, a.size, b.data, b.size, &buffer, place); break;
    case 1: status = mynacard_guidance_json(a.data, a.size, &buffer, place); break;
    case 2: status = mynacard_answer_read(a.data, a.size, number, &answer, place); break;
    case 3: status = mynacard_answer_from_xml(a.data, a.size, &answer, place); break;
    case 4: status = mynacard_answer_write(x, number, &buffer, place); break;
    case 5: status = mynacard_answer_match_json(x, a.data, a.size, &buffer, place); break;
    case 6: status = mynacard_checkup_json(number, a.data, a.size, x, b.data, b.size, &buffer, place); break;
    case 7: status = mynacard_certificate_json(a.data, a.size, b.data, b.size, &buffer, place); break;
    case 8: status = mynacard_card_from_trace(a.data, a.size, &card, place); break;
    case 9: status = mynacard_card_from_transport(&transport, &card, place); break;
    case 10: status = mynacard_card_status_json(maybe(CARD, x), y, &buffer, place); break;
    case 11: status = mynacard_card_attributes_json(maybe(CARD, x), maybe(PIN, y), a.data, a.size, z, &buffer, place); break;
    case 12: status = mynacard_card_face(maybe(CARD, x), maybe(CHECK, y), a.data, a.size, b.data, b.size, z, &buffer, NULL, &more, NULL, place); break;
    case 13: status = mynacard_card_change_pin(maybe(CARD, x), number, maybe(PIN, y), z, NULL, place); break;
    case 14: status = mynacard_card_record(maybe(CARD, x), number, &buffer, place); break;
    case 15: status = mynacard_card_tries_left(maybe(CARD, x), random_number(2) == 0 ? NULL : y, &tries, place); break;
    case 16: status = mynacard_card_certificate(maybe(CARD, x), random_number(2) == 0 ? NULL : y, &buffer, place); break;
    case 17: status = mynacard_desk_home(maybe(DESK, x), a.data, a.size, random_number(2) == 0 ? NULL : y, random_number(2) == 0 ? NULL : z, &buffer, &answer, place); break;
    case 18: status = mynacard_desk_download(maybe(DESK, x), a.data, a.size, &patients, random_number(2) == 0 ? NULL : y, &buffer, place); break;
    case 19: status = mynacard_desk_prepare(maybe(DESK, x), random_number(2) == 0 ? NULL : &ask, random_number(2) == 0 ? NULL : y, &check, place); break;
    case 20: status = mynacard_terminal_manage(x, &service, number, NULL, 0, y, &buffer, place); break;
    case 21: status = mynacard_terminal_json(random_number(2) == 0 ? activated : x, &buffer, place); break;
    case 22: status = mynacard_doctor_json(random_number(2) == 0 ? NULL : &service, x, NULL, 0, y, &buffer, place); break;
    case 23: status = mynacard_folder_submit(x, a.data, a.size, &buffer, place); break;
    case 24: status = mynacard_folder_finish(x, a.data, a.size, number, place); break;
    case 25: status = mynacard_folder_next(x, 0, y, &answer, &buffer, place); break;
    case 26: status = mynacard_folder_open(a.data, a.size, number, &folder, place); break;
    case 27: status = mynacard_log_set(random_number(2) == 0 ? NULL : &log, place); break;
    case 28: status = mynacard_pin_new(a.data, a.size, &pin, place); break;
    case 29: status = mynacard_pin_push(x, (uint8_t)random_number(256), place); break;
    case 30: status = mynacard_pin_erase(x, number, place); break;
    case 31: status = mynacard_cancel_new(&cancel, place); break;
    case 32: place = NULL, status = mynacard_cancel_cancel(x); break;
    case 33: status = mynacard_check_by_pin(maybe(CHECK, x), maybe(CARD, y), maybe(PIN, z), NULL, &answer, place); break;
    case 34: status = mynacard_check_tap(maybe(CHECK, x), maybe(CARD, y), random_number(2) == 0 ? NULL : z, place); break;
    case 35: status = mynacard_check_confirm(maybe(CHECK, x), a.data, a.size, place); break;
    case 36: status = mynacard_answer_text(x, number, (uint16_t)random_number(300), number, number, &buffer, place); break;
    case 37: place = NULL, status = mynacard_error_text(x, number, number, number, &buffer); break;
    case 38: place = NULL, status = mynacard_buffer_free(x); break;
    case 39: place = NULL, status = mynacard_card_free(x); break;
    case 40: place = NULL, status = mynacard_answer_free(x); break;
    case 41: place = NULL, status = mynacard_pin_free(x); break;
    case 42: place = NULL, status = mynacard_cancel_free(x); break;
    case 43: place = NULL, status = mynacard_folder_free(x); break;
    case 44: status = mynacard_check_by_keypad(maybe(CHECK, x), maybe(CARD, y), NULL, &answer, place); break;
    case 45: status = mynacard_check_by_sight(maybe(CHECK, x), maybe(CARD, y), NULL, &answer, place); break;
    case 46: status = mynacard_check_deliver_again(maybe(CHECK, x), NULL, &answer, place); break;
    case 47: place = NULL, status = mynacard_check_free(x); break;
    case 48: status = mynacard_desk_open(&service, random_number(2) == 0 ? activated : x, &options, random_number(2) == 0 ? NULL : &progress, &desk, place); break;
    case 49: place = NULL, status = mynacard_desk_free(x); break;
    case 50: status = mynacard_terminal_activate(&service, a.data, a.size, b.data, b.size, a.data, a.size, 1, y, &terminal, place); break;
    case 51: status = mynacard_terminal_register(&service, &registration, y, &terminal, place); break;
    case 52: status = mynacard_terminal_store(x, (const uint8_t *)"no/such/folder", 14, NULL, 0, place); break;
    case 53: status = mynacard_terminal_open((const uint8_t *)"no/such/folder", 14, NULL, 0, &terminal, place); break;
    case 54: place = NULL, status = mynacard_terminal_free(x == activated ? NULL : x); break;
    case 55: status = mynacard_folder_exchange(&exchange, &folder, place); break;
    case 56: status = mynacard_folder_manage(x, a.data, a.size, random_number(2) == 0 ? NULL : &patients, y, &buffer, place); break;
    case 57: status = mynacard_audit_json(x, (const uint8_t *)"no/such/folder", 14, random_number(10), &buffer, place); break;
    case 58: status = mynacard_card_wait(a.data, a.size, NULL, 0, y, &card, place); break;
    case 59: status = mynacard_card_wait_removed(x, 0, y, place); break;
    case 60: status = mynacard_key_store_set(random_number(4) == 0 ? NULL : &store, place); break;
    case 61: status = mynacard_answer_check_json(x, &buffer, place); break;
    case 62: status = mynacard_readers_json(&buffer, place); break;
    case 63: status = mynacard_fields_json(&buffer, place); break;
    case 64: place = NULL, status = mynacard_error_free(x); break;
    case 65:
        place = NULL;
        EXPECT(mynacard_answer_count(x) < 1000);
        (void)mynacard_answer_validity(x);
        break;
    case 66:
        place = NULL;
        EXPECT(mynacard_buffer_data(x) != NULL || mynacard_buffer_size(x) == 0);
        break;
    case 67:
        place = NULL;
        EXPECT(mynacard_pin_length(x) <= 16 && (uint32_t)mynacard_cancel_is_cancelled(x) <= 1);
        break;
    case 68:
        place = NULL;
        (void)mynacard_error_class(x), (void)mynacard_error_code(x), (void)mynacard_error_tries_left(x), (void)mynacard_error_status_word(x);
        break;
    default:
        place = NULL;
        (void)mynacard_field_by_tag(a.data, a.size);
        EXPECT(mynacard_abi_version() == MYNACARD_ABI_VERSION && mynacard_version() != NULL);
        break;
    }
    worked[which] += status == MYNACARD_STATUS_OK;
    EXPECT(status != MYNACARD_STATUS_PANIC && status != MYNACARD_STATUS_INTERNAL);
    /* An error exactly where the call failed and one was wanted, and the same one; nothing is written by a call that failed. */
    EXPECT((error != NULL) == (place != NULL && status != MYNACARD_STATUS_OK));
    EXPECT(error == NULL || mynacard_error_status(error) == status);
    EXPECT(status == MYNACARD_STATUS_OK
           || (buffer == NULL && more == NULL && answer == NULL && card == NULL && check == NULL && folder == NULL && pin == NULL
               && cancel == NULL && desk == NULL && terminal == NULL));
    if (failures != 0) {
        fprintf(stderr, "call %d answered %d\n", which, (int)status);
    }
    if (random_number(4) == 0) {
        keep(error);
    } else {
        mynacard_error_free(error);
    }
    mynacard_buffer_free(more);
    keep(buffer);
    keep(answer);
    keep(card);
    keep(check);
    keep(folder);
    keep(pin);
    keep(cancel);
    keep(desk);
    keep(terminal);
}

#define CALLS 70

int main(int argc, char **argv)
{
    const int count = argc > 2 ? atoi(argv[2]) : 300;
    mynacard_sandbox_activation user;
    const char *code = user.institution_code, *id = user.id, *activation = user.activation_code;
    mynacard_service service;
    if (argc > 3) {
        seed = strtoull(argv[3], NULL, 10) | 1;
    }
    if (argc < 2 || chdir(argv[1]) != 0) {
        return EXIT_FAILURE;
    }
    sandbox = mynacard_sandbox_start();
    EXPECT(sandbox != NULL && mynacard_sandbox_carrier(sandbox, &right) == 0);
    {
        void (*const destroy)(void *) = right.destroy;
        right.destroy = nothing; /* many desks share it */
        service = right_service();
        EXPECT(mynacard_sandbox_issue_activation(sandbox, &user) == 0);
        OK(mynacard_terminal_activate(&service, BYTES(code), BYTES(id), BYTES(activation), 1, NULL, &activated, NULL));
        for (int i = 0; i < count && failures == 0; i++) {
            if (i % 50 == 0) {
                refresh();
            }
            one(i < CALLS ? i : (int)random_number(CALLS));
        }
        mynacard_log_set(NULL, NULL);
        mynacard_key_store_set(NULL, NULL);
        if (count >= 3000) {
            /* It is not that everything was refused. */
            EXPECT(worked[15] > 0 && worked[19] > 0 && worked[21] > 0 && worked[33] > 0 && worked[48] > 0 && worked[55] > 0);
        }
        destroy(right.userdata);
    }
    mynacard_sandbox_stop(sandbox);
    if (failures == 0) {
        printf("done\n");
    }
    return failures == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
