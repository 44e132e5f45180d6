/* A connection and a relay of the program's own, instead of HTTPS and the service's relay: what they carry, and what becomes of a
 * check when they fail, lie, call back or are cancelled. Prints "done" when all is as promised. */
#include <pthread.h>
#include <stddef.h>
#include <unistd.h>

#include "surface.h"

static mynacard_sandbox *sandbox;

/* The sandbox's own connection, with somebody in between. */
struct line {
    mynacard_carrier inner;
    int calls, relayed, keyed, destroyed;
    int32_t answer;      /* what is answered instead, once `after` requests were carried; -1 for the truth */
    int after;
    size_t claimed;      /* a length that is claimed instead of the true one */
    uint32_t status;     /* a status instead of the true one */
    const char *only;    /* only requests of this path are disturbed */
    mynacard_cancel *cancel;
    mynacard_status reentry;
    int waits, stopped;  /* waits for its call to be stopped, and saw it */
};

static int32_t on_carry(void *userdata, const uint8_t *operation, size_t operation_size, const uint8_t *request, size_t request_size,
                        const uint8_t *key, size_t key_size, uint32_t timeout_ms, uint8_t *response, size_t capacity,
                        size_t *response_size, uint32_t *response_status)
{
    struct line *line = userdata;
    mynacard_buffer *json = NULL;
    const int meant = line->only == NULL || (operation_size == strlen(line->only) && memcmp(operation, line->only, operation_size) == 0);
    int32_t result;
    line->calls++;
    line->keyed += key_size != 0;
    line->relayed += operation_size > 10 && memcmp(operation, "/v1/relay/", 10) == 0;
    EXPECT(operation_size > 4 && timeout_ms > 0 && capacity >= 1 << 20);
    EXPECT((key == NULL) == (key_size == 0) && (request == NULL) == (request_size == 0));
    line->reentry = mynacard_guidance_json(NULL, 0, &json, NULL);
    if (line->cancel != NULL && meant) {
        mynacard_cancel_cancel(line->cancel);
    }
    if (meant && line->waits) {
        EXPECT(mynacard_cancel_is_cancelled(NULL) == 0);
        __atomic_store_n(&line->waits, 2, __ATOMIC_SEQ_CST);
        for (int i = 0; i < 400 && !line->stopped; i++) {
            usleep(25 * 1000);
            line->stopped = mynacard_cancel_is_cancelled(NULL);
        }
        return MYNACARD_CARRIED_LOST;
    }
    if (meant && line->answer == MYNACARD_CARRIED_NOT_SENT) {
        return line->answer;
    }
    result = line->inner.carry(line->inner.userdata, operation, operation_size, request, request_size, key, key_size, timeout_ms,
                               response, capacity, response_size, response_status);
    if (!meant) {
        return result;
    }
    if (line->claimed != 0) {
        *response_size = line->claimed;
    }
    if (line->status != 0) {
        *response_status = line->status;
    }
    return line->answer >= 0 ? line->answer : result;
}

static void on_line_end(void *userdata)
{
    struct line *line = userdata;
    line->destroyed++;
}

static void truth(struct line *line)
{
    line->answer = -1;
    line->claimed = 0;
    line->status = 0;
    line->only = NULL;
    line->cancel = NULL;
    line->waits = line->stopped = 0;
    line->calls = line->relayed = line->keyed = 0;
}

static int digit(char c)
{
    static const char DIGITS[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const char *found = c == 0 ? NULL : strchr(DIGITS, c);
    return found == NULL ? -1 : (int)(found - DIGITS);
}

static size_t from_base64(const char *text, uint8_t *out)
{
    size_t size = 0;
    unsigned bits = 0, held = 0;
    for (; digit(*text) >= 0; text++) {
        bits = bits << 6 | (unsigned)digit(*text);
        held += 6;
        if (held >= 8) {
            held -= 8;
            out[size++] = (uint8_t)(bits >> held);
        }
    }
    return size;
}

static void to_base64(const uint8_t *data, size_t size, char *out)
{
    static const char DIGITS[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (size_t i = 0; i < size; i += 3) {
        const unsigned a = data[i], b = i + 1 < size ? data[i + 1] : 0, c = i + 2 < size ? data[i + 2] : 0;
        *out++ = DIGITS[a >> 2];
        *out++ = DIGITS[(a & 3) << 4 | b >> 4];
        *out++ = i + 1 < size ? DIGITS[(b & 15) << 2 | c >> 6] : '=';
        *out++ = i + 2 < size ? DIGITS[c & 63] : '=';
    }
    *out = 0;
}

/* A provider that has its commands from the service, over the line of above, as a vendor's middleware would. */
struct provider {
    struct line *line;
    char relay[128];
    int32_t answer;        /* what is answered instead; -1 for the truth */
    const char *command;   /* a command instead of the service's */
    size_t claimed;
    int calls, destroyed;
    mynacard_status reentry;
};

static const char *member(const char *json, const char *name, char *value, size_t size)
{
    const char *found = strstr(json, name);
    size_t length;
    if (found == NULL || *(found += strlen(name)) != '"') {
        return NULL;
    }
    length = strcspn(++found, "\"");
    EXPECT(length < size);
    memcpy(value, found, length);
    value[length] = 0;
    return value;
}

static int32_t on_next(void *userdata, const uint8_t *challenge, size_t challenge_size, uint32_t step, const uint8_t *answer,
                       size_t answer_size, uint8_t *output, size_t capacity, size_t *output_size)
{
    struct provider *provider = userdata;
    static uint8_t response[1 << 16];
    char request[4096], encoded[2048], value[2048];
    const char *path = step == 1 ? "/v1/relay/start" : "/v1/relay/step";
    size_t size = 0;
    uint32_t status = 0;
    provider->calls++;
    EXPECT(capacity >= 1024 && (answer == NULL) == (answer_size == 0) && (step == 1) == (answer_size == 0));
    provider->reentry = mynacard_log_set(NULL, NULL);
    if (provider->command != NULL) {
        *output_size = provider->claimed != 0 ? provider->claimed : strlen(provider->command) / 2;
        for (size_t i = 0; i < strlen(provider->command) / 2; i++) {
            unsigned byte = 0;
            EXPECT(sscanf(provider->command + 2 * i, "%2x", &byte) == 1);
            output[i] = (uint8_t)byte;
        }
        return MYNACARD_PINLESS_RESULT_COMMAND;
    }
    if (provider->answer >= 0) {
        return provider->answer;
    }
    if (step == 1) {
        snprintf(request, sizeof request, "{\"challenge_id\":\"%.*s\"}", (int)challenge_size, (const char *)challenge);
    } else {
        EXPECT(answer_size < 1024);
        to_base64(answer, answer_size, encoded);
        snprintf(request, sizeof request, "{\"relay_id\":\"%s\",\"step\":%u,\"response\":\"%s\"}", provider->relay, (unsigned)(step - 1), encoded);
    }
    EXPECT(provider->line->inner.carry(provider->line->inner.userdata, BYTES(path), BYTES(request), NULL, 0, 1000, response,
                                       sizeof response - 1, &size, &status) == MYNACARD_CARRIED_ANSWERED && status == 200);
    response[size] = 0;
    member((const char *)response, "\"relay_id\":", provider->relay, sizeof provider->relay);
    if (member((const char *)response, "\"grant\":", value, sizeof value) != NULL) {
        for (size_t i = 0; i < strlen(value) / 2; i++) {
            unsigned byte = 0;
            EXPECT(sscanf(value + 2 * i, "%2x", &byte) == 1);
            output[i] = (uint8_t)byte;
        }
        *output_size = strlen(value) / 2;
        return MYNACARD_PINLESS_RESULT_DONE;
    }
    EXPECT(member((const char *)response, "\"command\":", value, sizeof value) != NULL);
    *output_size = from_base64(value, output);
    return MYNACARD_PINLESS_RESULT_COMMAND;
}

static void on_provider_end(void *userdata) { ((struct provider *)userdata)->destroyed++; }

static mynacard_service service(mynacard_carrier *carrier, struct line *line)
{
    mynacard_service service = MYNACARD_SERVICE_INIT;
    carrier->struct_size = sizeof *carrier;
    carrier->userdata = line;
    carrier->carry = on_carry;
    carrier->destroy = on_line_end;
    service.carrier = carrier;
    service.trust = MYNACARD_TRUST_SIMULATION;
    return service;
}

static mynacard_terminal *activated(const mynacard_service *service)
{
    mynacard_sandbox_activation user;
    mynacard_terminal *terminal = NULL;
    const char *code = user.institution_code, *id = user.id, *activation = user.activation_code;
    EXPECT(mynacard_sandbox_issue_activation(sandbox, &user) == 0);
    OK(mynacard_terminal_activate(service, BYTES(code), BYTES(id), BYTES(activation), 1, NULL, &terminal, NULL));
    return terminal;
}

static mynacard_card *virtual_card(void)
{
    mynacard_transport functions = MYNACARD_TRANSPORT_INIT;
    mynacard_card *card = NULL;
    EXPECT(mynacard_sandbox_card("kyokai-self", 1, &functions) == 0);
    OK(mynacard_card_from_transport(&functions, &card, NULL));
    return card;
}

/* One check by PIN; the code of its error, or NULL. The check is handed out for more where somebody wants it. */
static const char *by_pin(mynacard_desk *desk, mynacard_card *card, mynacard_cancel *cancel, mynacard_check **left)
{
    static char code[16];
    mynacard_check *check = NULL;
    mynacard_answer *answer = NULL;
    mynacard_error *error = NULL;
    mynacard_pin *pin = pin_of("1234");
    mynacard_status status = mynacard_desk_prepare(desk, NULL, NULL, &check, &error);
    if (status == MYNACARD_STATUS_OK) {
        status = mynacard_check_by_pin(check, card, pin, cancel, &answer, &error);
    }
    code[0] = 0;
    if (error != NULL) {
        snprintf(code, sizeof code, "%s", mynacard_error_code(error));
    }
    EXPECT((status == MYNACARD_STATUS_OK) == (answer != NULL) && (status == MYNACARD_STATUS_OK) == (error == NULL));
    mynacard_error_free(error);
    mynacard_answer_free(answer);
    mynacard_pin_free(pin);
    if (left != NULL) {
        *left = check;
    } else {
        mynacard_check_free(check);
    }
    return code;
}

static const char *by_sight(mynacard_desk *desk, mynacard_card *card)
{
    static char code[16];
    mynacard_ask ask = MYNACARD_ASK_INIT;
    mynacard_check *check = NULL;
    mynacard_answer *answer = NULL;
    mynacard_error *error = NULL;
    ask.method = MYNACARD_METHOD_VISUAL;
    OK(mynacard_desk_prepare(desk, &ask, NULL, &check, NULL));
    OK(mynacard_check_tap(check, card, NULL, NULL));
    OK(mynacard_check_confirm(check, BYTES("staff-07"), NULL));
    code[0] = 0;
    if (mynacard_check_by_sight(check, card, NULL, &answer, &error) != MYNACARD_STATUS_OK) {
        snprintf(code, sizeof code, "%s", mynacard_error_code(error));
    }
    mynacard_error_free(error);
    mynacard_answer_free(answer);
    mynacard_check_free(check);
    return code;
}

struct stopping {
    mynacard_cancel *cancel;
    struct line *line;
};

/* Once the function waits. */
static void *cancel_soon(void *userdata)
{
    struct stopping *stopping = userdata;
    for (int i = 0; i < 2000 && __atomic_load_n(&stopping->line->waits, __ATOMIC_SEQ_CST) != 2; i++) {
        usleep(50 * 1000);
    }
    OK(mynacard_cancel_cancel(stopping->cancel));
    return NULL;
}

static void a_line_of_its_own(void)
{
    struct line line = { .answer = -1 };
    mynacard_carrier carrier = MYNACARD_CARRIER_INIT;
    mynacard_service way;
    mynacard_terminal *terminal;
    mynacard_desk_options options = MYNACARD_DESK_OPTIONS_INIT;
    mynacard_desk *desk = NULL;
    mynacard_card *card = virtual_card();
    mynacard_check *check = NULL;
    mynacard_answer *answer = NULL;
    mynacard_buffer *json = NULL;
    EXPECT(mynacard_sandbox_carrier(NULL, &line.inner) == -1 && mynacard_sandbox_carrier(sandbox, NULL) == -1);
    EXPECT(mynacard_sandbox_carrier(sandbox, &line.inner) == 0);
    way = service(&carrier, &line);
    terminal = activated(&way);
    EXPECT(line.keyed == 1 && line.destroyed == 0); /* borrowed */
    IS(line.reentry, MYNACARD_STATUS_REENTRANT);
    carrier.carry = NULL;
    options.visual_check = 1;
    BAD(mynacard_desk_open(&way, terminal, &options, NULL, &desk, NULL));
    carrier.carry = on_carry;
    carrier.struct_size = offsetof(mynacard_carrier, destroy);
    IS(mynacard_desk_open(&way, terminal, &options, NULL, &desk, NULL), MYNACARD_STATUS_STRUCT_SIZE);
    carrier.struct_size = sizeof carrier;
    BAD(mynacard_desk_open(&way, NULL, &options, NULL, &desk, NULL));
    EXPECT(line.destroyed == 0 && desk == NULL);
    OK(mynacard_desk_open(&way, terminal, &options, NULL, &desk, NULL));

    truth(&line);
    EXPECT(strcmp(by_pin(desk, card, NULL, NULL), "") == 0 && line.keyed == 1 && line.relayed == 0);
    EXPECT(strcmp(by_sight(desk, card), "") == 0 && line.relayed > 1);
    OK(mynacard_doctor_json(&way, terminal, NULL, 0, NULL, &json, NULL));
    EXPECT(take(&json, "\"environment\":\"sandbox\""));

    /* The answer gets lost, and is fetched again over the same line. */
    truth(&line);
    line.only = "/v1/confirm";
    line.answer = MYNACARD_CARRIED_LOST;
    EXPECT(strcmp(by_pin(desk, card, NULL, &check), "MC-6013") == 0 && line.keyed > 1);
    truth(&line);
    OK(mynacard_check_deliver_again(check, NULL, &answer, NULL));
    EXPECT(mynacard_answer_count(answer) == 1);
    OK(mynacard_answer_free(answer));
    OK(mynacard_check_free(check));

    /* Nothing is sent, too much is claimed, a status that is none, a number that is none. */
    line.only = "/v1/challenge";
    line.answer = MYNACARD_CARRIED_NOT_SENT;
    EXPECT(strcmp(by_pin(desk, card, NULL, NULL), "MC-6001") == 0);
    truth(&line);
    line.only = "/v1/challenge";
    line.claimed = SIZE_MAX;
    EXPECT(strcmp(by_pin(desk, card, NULL, NULL), "MC-6008") == 0);
    truth(&line);
    line.only = "/v1/challenge";
    line.status = 70000;
    EXPECT(strcmp(by_pin(desk, card, NULL, NULL), "MC-6001") == 0);
    truth(&line);
    line.only = "/v1/challenge";
    line.claimed = 1;
    EXPECT(strcmp(by_pin(desk, card, NULL, NULL), "MC-6007") == 0);
    truth(&line);
    line.only = "/v1/confirm";
    line.answer = 4711;
    EXPECT(strcmp(by_pin(desk, card, NULL, NULL), "MC-6013") == 0);

    /* Cancelled from inside the connection, before anything is delivered: nothing more is asked. */
    truth(&line);
    OK(mynacard_cancel_new(&line.cancel, NULL));
    line.only = "/v1/confirm";
    line.answer = MYNACARD_CARRIED_NOT_SENT;
    {
        mynacard_cancel *cancel = line.cancel;
        EXPECT(by_pin(desk, card, cancel, NULL)[0] != 0);
        EXPECT(mynacard_cancel_is_cancelled(cancel) == 1);
        mynacard_cancel_free(cancel);
    }
    truth(&line);
    EXPECT(strcmp(by_pin(desk, card, NULL, NULL), "") == 0);

    /* A function that waits learns by itself that its call was stopped. */
    {
        mynacard_cancel *cancel = NULL;
        struct stopping stopping = { NULL, &line };
        pthread_t thread;
        OK(mynacard_cancel_new(&cancel, NULL));
        stopping.cancel = cancel;
        line.only = "/v1/confirm";
        line.waits = 1;
        EXPECT(pthread_create(&thread, NULL, cancel_soon, &stopping) == 0);
        EXPECT(by_pin(desk, card, cancel, NULL)[0] != 0 && line.stopped);
        pthread_join(thread, NULL);
        OK(mynacard_cancel_free(cancel));
        EXPECT(mynacard_cancel_is_cancelled(NULL) == 0);
    }
    truth(&line);

    OK(mynacard_desk_free(desk));
    EXPECT(line.destroyed == 1);
    OK(mynacard_terminal_free(terminal));
    OK(mynacard_card_free(card));
    line.inner.destroy(line.inner.userdata);
}

static void a_provider_of_its_own(void)
{
    struct line line = { .answer = -1 };
    struct provider provider = { .line = &line, .answer = -1 };
    mynacard_carrier carrier = MYNACARD_CARRIER_INIT;
    mynacard_pinless pinless = MYNACARD_PINLESS_INIT;
    mynacard_desk_options options = MYNACARD_DESK_OPTIONS_INIT;
    mynacard_service way;
    mynacard_terminal *terminal;
    mynacard_desk *desk = NULL;
    mynacard_card *card = virtual_card();
    int32_t tries = 0;
    EXPECT(mynacard_sandbox_carrier(sandbox, &line.inner) == 0);
    way = service(&carrier, &line);
    terminal = activated(&way);
    options.visual_check = 1;
    options.pinless = &pinless;
    pinless.userdata = &provider;
    pinless.destroy = on_provider_end;
    BAD(mynacard_desk_open(&way, terminal, &options, NULL, &desk, NULL));
    pinless.next = on_next;
    pinless.struct_size = offsetof(mynacard_pinless, destroy);
    IS(mynacard_desk_open(&way, terminal, &options, NULL, &desk, NULL), MYNACARD_STATUS_STRUCT_SIZE);
    pinless.struct_size = sizeof pinless;
    EXPECT(provider.destroyed == 0 && line.destroyed == 0 && desk == NULL);
    OK(mynacard_desk_open(&way, terminal, &options, NULL, &desk, NULL));

    truth(&line);
    EXPECT(strcmp(by_sight(desk, card), "") == 0 && provider.calls > 1 && line.relayed == 0);
    IS(provider.reentry, MYNACARD_STATUS_REENTRANT);

    provider.answer = MYNACARD_PINLESS_RESULT_REFUSED;
    EXPECT(strcmp(by_sight(desk, card), "MC-5026") == 0);
    provider.answer = MYNACARD_PINLESS_RESULT_DONE; /* without a grant */
    EXPECT(by_sight(desk, card)[0] != 0);
    provider.answer = 4711;
    EXPECT(strcmp(by_sight(desk, card), "MC-5026") == 0);
    /* No PIN goes through the guard, and none of its tries is spent. */
    provider.command = "0020009804313131310A";
    EXPECT(strcmp(by_sight(desk, card), "MC-5025") == 0);
    provider.claimed = SIZE_MAX;
    EXPECT(by_sight(desk, card)[0] != 0);
    OK(mynacard_card_tries_left(card, NULL, &tries, NULL));
    EXPECT(tries == 3);

    OK(mynacard_desk_free(desk));
    EXPECT(provider.destroyed == 1 && line.destroyed == 1);
    OK(mynacard_terminal_free(terminal));
    OK(mynacard_card_free(card));
    line.inner.destroy(line.inner.userdata);
}

int main(void)
{
    sandbox = mynacard_sandbox_start();
    if (sandbox == NULL) {
        return EXIT_FAILURE;
    }
    a_line_of_its_own();
    a_provider_of_its_own();
    mynacard_sandbox_stop(sandbox);
    if (failures == 0) {
        printf("done\n");
    }
    return failures == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
