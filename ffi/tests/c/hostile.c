/* Sequences of calls with hostile arguments: handles that are right, freed, of another kind or invented, bytes that are junk, JSON
 * that is almost right, lengths that cannot be, a card and a service that answer anything. Whatever is answered, nothing breaks: the
 * sanitizers watch. The second argument is the number of calls, the third the seed. Prints "done". */
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
    "OQSsiquc01req_1.xml", "0\x82\x01\x00junk",
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

static int32_t on_begin(void *userdata)
{
    (void)userdata;
    return random_number(8) == 0 ? (int32_t)random_number(20) : 0;
}

static int32_t on_exchange(void *userdata, const uint8_t *command, size_t command_size, int32_t secret, uint8_t *response,
                           size_t capacity, size_t *response_size)
{
    static const uint16_t WORDS[] = { 0x9000, 0x6A82, 0x6983, 0x63C1, 0x6D00, 0x6100, 0x6282 };
    const uint16_t word = WORDS[random_number(sizeof WORDS / sizeof *WORDS)];
    size_t size = random_number(300);
    (void)userdata, (void)command, (void)command_size, (void)secret;
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

static void one(void)
{
    const struct text a = words(), b = words();
    void *x = any(), *y = any(), *z = any();
    const int32_t number = (int32_t)random_number(12) - 1;
    mynacard_error *error = NULL, **place = random_number(2) == 0 ? NULL : &error;
    mynacard_buffer *buffer = NULL, *more = NULL;
    mynacard_answer *answer = NULL;
    mynacard_card *card = NULL;
    mynacard_check *check = NULL;
    mynacard_cancel *cancel = NULL;
    mynacard_pin *pin = NULL;
    mynacard_folder *folder = NULL;
    mynacard_transport transport = MYNACARD_TRANSPORT_INIT;
    mynacard_patients patients = MYNACARD_PATIENTS_INIT;
    mynacard_log log = MYNACARD_LOG_INIT;
    mynacard_carrier carrier = MYNACARD_CARRIER_INIT;
    mynacard_service service = MYNACARD_SERVICE_INIT;
    int32_t tries = 0;
    transport.begin = on_begin;
    transport.exchange = on_exchange;
    transport.end = on_end;
    patients.patient = on_patient;
    log.line = on_line;
    log.most = number;
    carrier.carry = on_carry;
    service.carrier = &carrier;
    service.trust = number % 2;
    switch (random_number(44)) {
    case 0: mynacard_identifier_json(a.data, a.size, b.data, b.size, &buffer, place); break;
    case 1: mynacard_guidance_json(a.data, a.size, &buffer, place); break;
    case 2: mynacard_answer_read(a.data, a.size, number, &answer, place); break;
    case 3: mynacard_answer_from_xml(a.data, a.size, &answer, place); break;
    case 4: mynacard_answer_write(x, number, &buffer, place); break;
    case 5: mynacard_answer_match_json(x, a.data, a.size, &buffer, place); break;
    case 6: mynacard_checkup_json(number, a.data, a.size, x, b.data, b.size, &buffer, place); break;
    case 7: mynacard_certificate_json(a.data, a.size, b.data, b.size, &buffer, place); break;
    case 8: mynacard_card_from_trace(a.data, a.size, &card, place); break;
    case 9: mynacard_card_from_transport(&transport, &card, place); break;
    case 10: mynacard_card_status_json(x, y, &buffer, place); break;
    case 11: mynacard_card_attributes_json(x, y, a.data, a.size, z, &buffer, place); break;
    case 12: mynacard_card_face(x, y, a.data, a.size, b.data, b.size, z, &buffer, NULL, &more, NULL, place); break;
    case 13: mynacard_card_change_pin(x, number, y, z, NULL, place); break;
    case 14: mynacard_card_record(x, number, &buffer, place); break;
    case 15: mynacard_card_tries_left(x, y, &tries, place); break;
    case 16: mynacard_card_certificate(x, y, &buffer, place); break;
    case 17: mynacard_desk_home(x, a.data, a.size, y, z, &buffer, &answer, place); break;
    case 18: mynacard_desk_download(x, a.data, a.size, &patients, y, &buffer, place); break;
    case 19: mynacard_desk_prepare(x, NULL, y, &check, place); break;
    case 20: mynacard_terminal_manage(x, &service, number, NULL, 0, y, &buffer, place); break;
    case 21: mynacard_terminal_json(x, &buffer, place); break;
    case 22: mynacard_doctor_json(random_number(2) == 0 ? NULL : &service, x, NULL, 0, y, &buffer, place); break;
    case 23: mynacard_folder_submit(x, a.data, a.size, &buffer, place); break;
    case 24: mynacard_folder_finish(x, a.data, a.size, number, place); break;
    case 25: mynacard_folder_next(x, 0, y, &answer, &buffer, place); break;
    case 26: mynacard_folder_open(a.data, a.size, number, &folder, place); break;
    case 27: mynacard_log_set(random_number(2) == 0 ? NULL : &log, place); break;
    case 28: mynacard_pin_new(a.data, a.size, &pin, place); break;
    case 29: mynacard_pin_push(x, (uint8_t)random_number(256), place); break;
    case 30: mynacard_pin_erase(x, number, place); break;
    case 31: mynacard_cancel_new(&cancel, place); break;
    case 32: mynacard_cancel_cancel(x); break;
    case 33: mynacard_check_by_pin(x, y, z, NULL, &answer, place); break;
    case 34: mynacard_check_tap(x, y, z, place); break;
    case 35: mynacard_check_confirm(x, a.data, a.size, place); break;
    case 36: mynacard_answer_text(x, number, (uint16_t)random_number(300), number, number, &buffer, place); break;
    case 37: mynacard_error_text(x, number, number, number, &buffer); break;
    case 38: mynacard_buffer_free(x); break;
    case 39: mynacard_card_free(x); break;
    case 40: mynacard_answer_free(x); break;
    case 41: mynacard_pin_free(x); break;
    case 42: mynacard_cancel_free(x); break;
    default: mynacard_folder_free(x); break;
    }
    /* Nothing is written by a call that failed; what succeeded is used by later calls. */
    EXPECT(error == NULL || (buffer == NULL && answer == NULL && card == NULL && check == NULL && folder == NULL && pin == NULL));
    EXPECT(mynacard_error_status(error) != MYNACARD_STATUS_PANIC && mynacard_error_status(error) != MYNACARD_STATUS_INTERNAL);
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
}

int main(int argc, char **argv)
{
    const int count = argc > 2 ? atoi(argv[2]) : 300;
    if (argc > 3) {
        seed = strtoull(argv[3], NULL, 10) | 1;
    }
    for (int i = 0; i < count && failures == 0; i++) {
        one();
    }
    mynacard_log_set(NULL, NULL);
    if (failures == 0) {
        printf("done\n");
    }
    return failures == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
