/* NULL for every pointer, one at a time, while all other arguments are right; outputs that share a place; and one desk
 * at which two checks meet.
 * Prints "done" when all is as promised. */
#include <pthread.h>
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
#define OK(call) EXPECT((call) == MYNACARD_STATUS_OK)
#define BAD(call) EXPECT((call) == MYNACARD_STATUS_INVALID_ARGUMENT)

static mynacard_sandbox *sandbox;
static mynacard_service service = MYNACARD_SERVICE_INIT;
static mynacard_terminal *terminal;
static mynacard_desk *desk;
static mynacard_card *card;

static void terminals(const char *folder)
{
    mynacard_sandbox_activation user;
    mynacard_terminal *opened = NULL;
    mynacard_buffer *json = NULL;
    mynacard_service partly;
    char path[4096];
    const char *code = user.institution_code, *id = user.id, *activation = user.activation_code;

    EXPECT(mynacard_sandbox_issue_activation(sandbox, &user) == 0);
    BAD(mynacard_terminal_activate(NULL, BYTES(code), BYTES(id), BYTES(activation), 1, NULL, &terminal, NULL));
    BAD(mynacard_terminal_activate(&service, NULL, strlen(code), BYTES(id), BYTES(activation), 1, NULL, &terminal, NULL));
    BAD(mynacard_terminal_activate(&service, BYTES(code), NULL, strlen(id), BYTES(activation), 1, NULL, &terminal, NULL));
    BAD(mynacard_terminal_activate(&service, BYTES(code), BYTES(id), NULL, strlen(activation), 1, NULL, &terminal, NULL));
    BAD(mynacard_terminal_activate(&service, BYTES(code), BYTES(id), BYTES(activation), 1, NULL, NULL, NULL));
    partly = service, partly.url = NULL;
    BAD(mynacard_terminal_activate(&partly, BYTES(code), BYTES(id), BYTES(activation), 1, NULL, &terminal, NULL));
    partly = service, partly.root = NULL;
    BAD(mynacard_terminal_activate(&partly, BYTES(code), BYTES(id), BYTES(activation), 1, NULL, &terminal, NULL));
    partly = service, partly.name_size = 1;
    BAD(mynacard_terminal_activate(&partly, BYTES(code), BYTES(id), BYTES(activation), 1, NULL, &terminal, NULL));
    partly = service, partly.environment_size = 1;
    BAD(mynacard_terminal_activate(&partly, BYTES(code), BYTES(id), BYTES(activation), 1, NULL, &terminal, NULL));
    partly = service, partly.trust = MYNACARD_TRUST_PRODUCTION; /* real cards, and no word of who the service is */
    BAD(mynacard_terminal_activate(&partly, BYTES(code), BYTES(id), BYTES(activation), 1, NULL, &terminal, NULL));
    EXPECT(terminal == NULL);
    /* None of these has spent the activation code. */
    OK(mynacard_terminal_activate(&service, BYTES(code), BYTES(id), BYTES(activation), 1, NULL, &terminal, NULL));

    snprintf(path, sizeof path, "%s/terminal.vault", folder);
    BAD(mynacard_terminal_store(NULL, BYTES(path), BYTES("a long passcode"), NULL));
    BAD(mynacard_terminal_store(terminal, NULL, strlen(path), BYTES("a long passcode"), NULL));
    BAD(mynacard_terminal_store(terminal, BYTES(path), NULL, 15, NULL));
    OK(mynacard_terminal_store(terminal, BYTES(path), BYTES("a long passcode"), NULL));
    BAD(mynacard_terminal_open(NULL, strlen(path), BYTES("a long passcode"), &opened, NULL));
    BAD(mynacard_terminal_open(BYTES(path), NULL, 15, &opened, NULL));
    BAD(mynacard_terminal_open(BYTES(path), BYTES("a long passcode"), NULL, NULL));
    EXPECT(opened == NULL);
    OK(mynacard_terminal_open(BYTES(path), BYTES("a long passcode"), &opened, NULL));
    BAD(mynacard_terminal_json(NULL, &json, NULL));
    BAD(mynacard_terminal_json(opened, NULL, NULL));
    EXPECT(json == NULL);
    OK(mynacard_terminal_json(opened, &json, NULL));
    OK(mynacard_buffer_free(json));
    OK(mynacard_terminal_free(opened));
}

static void cards(void)
{
    mynacard_transport functions = MYNACARD_TRANSPORT_INIT, partly;
    mynacard_cancel *cancel = NULL;
    mynacard_buffer *certificate = NULL, *json = NULL;
    int32_t tries = 77;

    EXPECT(mynacard_sandbox_card("kyokai-self", 1, &functions) == 0);
    BAD(mynacard_card_from_transport(NULL, &card, NULL));
    BAD(mynacard_card_from_transport(&functions, NULL, NULL));
    partly = functions, partly.begin = NULL;
    BAD(mynacard_card_from_transport(&partly, &card, NULL));
    partly = functions, partly.exchange = NULL;
    BAD(mynacard_card_from_transport(&partly, &card, NULL));
    partly = functions, partly.end = NULL;
    BAD(mynacard_card_from_transport(&partly, &card, NULL));
    EXPECT(card == NULL);
    /* The virtual card is still there: no failure has called its destroy. */
    OK(mynacard_card_from_transport(&functions, &card, NULL));

    BAD(mynacard_card_tries_left(NULL, NULL, &tries, NULL));
    BAD(mynacard_card_tries_left(card, NULL, NULL, NULL));
    EXPECT(tries == 77);
    OK(mynacard_card_tries_left(card, NULL, &tries, NULL));
    EXPECT(tries == 3);
    BAD(mynacard_card_certificate(NULL, NULL, &certificate, NULL));
    BAD(mynacard_card_certificate(card, NULL, NULL, NULL));
    EXPECT(certificate == NULL);
    OK(mynacard_card_certificate(card, NULL, &certificate, NULL));
    EXPECT(mynacard_buffer_size(certificate) > 500);
    OK(mynacard_buffer_free(certificate));
    BAD(mynacard_card_wait_removed(NULL, 0, NULL, NULL));
    OK(mynacard_card_wait_removed(card, 0, NULL, NULL));
    BAD(mynacard_readers_json(NULL, NULL));
    EXPECT(json == NULL);

    BAD(mynacard_cancel_new(NULL, NULL));
    OK(mynacard_cancel_new(&cancel, NULL));
    OK(mynacard_cancel_cancel(cancel));
    BAD(mynacard_card_wait(NULL, 3, NULL, -1, cancel, &card, NULL));
    BAD(mynacard_card_wait(NULL, 0, NULL, -1, cancel, NULL, NULL));
    OK(mynacard_cancel_free(cancel));
}

static mynacard_pin *new_pin(const char *digits)
{
    mynacard_pin *pin = NULL;
    BAD(mynacard_pin_new(NULL, 4, &pin, NULL));
    BAD(mynacard_pin_new(BYTES(digits), NULL, NULL));
    EXPECT(pin == NULL);
    OK(mynacard_pin_new(BYTES(digits), &pin, NULL));
    BAD(mynacard_pin_push(NULL, '1', NULL));
    BAD(mynacard_pin_erase(NULL, 0, NULL));
    EXPECT(mynacard_pin_length(NULL) == 0 && mynacard_pin_length(pin) == 4);
    return pin;
}

/* The line goes away between tap and answer, and comes back: the same check gets its answer, without card and PIN. */
static void lost_answer(void)
{
    mynacard_check *check = NULL;
    mynacard_answer *answer = NULL;
    mynacard_error *error = NULL;
    mynacard_pin *pin = new_pin("1234");

    OK(mynacard_desk_prepare(desk, NULL, NULL, &check, NULL));
    EXPECT(mynacard_sandbox_lose_answers(NULL, 1) == -1 && mynacard_sandbox_lose_answers(sandbox, 2) == -1);
    EXPECT(mynacard_sandbox_lose_answers(sandbox, 1) == 0);
    EXPECT(mynacard_check_by_pin(check, card, pin, NULL, &answer, &error) != MYNACARD_STATUS_OK);
    EXPECT(strcmp(mynacard_error_code(error), "MC-6013") == 0);
    OK(mynacard_error_free(error));
    error = NULL;
    EXPECT(mynacard_check_deliver_again(check, NULL, &answer, &error) != MYNACARD_STATUS_OK);
    EXPECT(strcmp(mynacard_error_code(error), "MC-6013") == 0 && answer == NULL);
    OK(mynacard_error_free(error));
    EXPECT(mynacard_sandbox_lose_answers(sandbox, 0) == 0);
    OK(mynacard_check_deliver_again(check, NULL, &answer, NULL));
    EXPECT(mynacard_answer_count(answer) == 1);
    OK(mynacard_answer_free(answer));
    OK(mynacard_check_free(check));
    OK(mynacard_pin_free(pin));
}

static mynacard_answer *checks(void)
{
    mynacard_check *check = NULL;
    mynacard_answer *answer = NULL, *seen = NULL;
    mynacard_ask ask = MYNACARD_ASK_INIT;
    mynacard_desk_options options = MYNACARD_DESK_OPTIONS_INIT;
    mynacard_pin *pin = new_pin("1234");

    options.visual_check = 1;
    BAD(mynacard_desk_open(NULL, terminal, &options, NULL, &desk, NULL));
    BAD(mynacard_desk_open(&service, NULL, &options, NULL, &desk, NULL));
    BAD(mynacard_desk_open(&service, terminal, &options, NULL, NULL, NULL));
    EXPECT(desk == NULL);
    OK(mynacard_desk_open(&service, terminal, NULL, NULL, &desk, NULL));
    OK(mynacard_desk_free(desk));
    OK(mynacard_desk_open(&service, terminal, &options, NULL, &desk, NULL));

    BAD(mynacard_desk_prepare(NULL, &ask, NULL, &check, NULL));
    BAD(mynacard_desk_prepare(desk, &ask, NULL, NULL, NULL));
    EXPECT(check == NULL);
    OK(mynacard_desk_prepare(desk, NULL, NULL, &check, NULL));
    BAD(mynacard_check_by_pin(NULL, card, pin, NULL, &answer, NULL));
    BAD(mynacard_check_by_pin(check, NULL, pin, NULL, &answer, NULL));
    BAD(mynacard_check_by_pin(check, card, NULL, NULL, &answer, NULL));
    BAD(mynacard_check_by_pin(check, card, pin, NULL, NULL, NULL));
    BAD(mynacard_check_by_keypad(NULL, card, NULL, &answer, NULL));
    BAD(mynacard_check_by_keypad(check, NULL, NULL, &answer, NULL));
    BAD(mynacard_check_by_keypad(check, card, NULL, NULL, NULL));
    BAD(mynacard_check_deliver_again(NULL, NULL, &answer, NULL));
    BAD(mynacard_check_deliver_again(check, NULL, NULL, NULL));
    EXPECT(mynacard_check_deliver_again(check, NULL, &answer, NULL) == MYNACARD_STATUS_CALLER);
    /* Neither the check nor the PIN is spent. */
    EXPECT(answer == NULL && mynacard_pin_length(pin) == 4);
    OK(mynacard_check_by_pin(check, card, pin, NULL, &answer, NULL));
    EXPECT(mynacard_answer_count(answer) == 1 && mynacard_pin_length(pin) == 0);
    EXPECT(mynacard_check_deliver_again(check, NULL, &seen, NULL) == MYNACARD_STATUS_CALLER && seen == NULL);
    OK(mynacard_check_free(check));
    OK(mynacard_pin_free(pin));
    lost_answer();

    ask.method = MYNACARD_METHOD_VISUAL;
    check = NULL;
    OK(mynacard_desk_prepare(desk, &ask, NULL, &check, NULL));
    BAD(mynacard_check_tap(NULL, card, NULL, NULL));
    BAD(mynacard_check_tap(check, NULL, NULL, NULL));
    OK(mynacard_check_tap(check, card, NULL, NULL));
    BAD(mynacard_check_confirm(NULL, BYTES("staff-07"), NULL));
    BAD(mynacard_check_confirm(check, NULL, 8, NULL));
    OK(mynacard_check_confirm(check, BYTES("staff-07"), NULL));
    BAD(mynacard_check_by_sight(NULL, card, NULL, &seen, NULL));
    BAD(mynacard_check_by_sight(check, NULL, NULL, &seen, NULL));
    BAD(mynacard_check_by_sight(check, card, NULL, NULL, NULL));
    EXPECT(seen == NULL);
    OK(mynacard_check_by_sight(check, card, NULL, &seen, NULL));
    OK(mynacard_answer_free(seen));
    OK(mynacard_check_free(check));
    return answer;
}

struct second {
    mynacard_check *check;
    mynacard_card *card;
    mynacard_status status;
    int steps, destroyed;
};

static void *tap(void *userdata)
{
    struct second *second = userdata;
    second->status = mynacard_check_tap(second->check, second->card, NULL, NULL);
    return NULL;
}

/* During the first step of one check, another thread taps for a second one. */
static void on_step(void *userdata, int32_t step)
{
    struct second *second = userdata;
    pthread_t thread;
    (void)step;
    if (second->steps++ == 0) {
        EXPECT(pthread_create(&thread, NULL, tap, second) == 0);
        pthread_join(thread, NULL);
    }
}

static void on_destroy(void *userdata) { ((struct second *)userdata)->destroyed++; }

static void two_checks(void)
{
    struct second second = { NULL, NULL, MYNACARD_STATUS_OK, 0, 0 };
    mynacard_desk_options options = MYNACARD_DESK_OPTIONS_INIT;
    mynacard_progress progress = MYNACARD_PROGRESS_INIT;
    mynacard_transport functions = MYNACARD_TRANSPORT_INIT;
    mynacard_ask visual = MYNACARD_ASK_INIT;
    mynacard_desk *shared = NULL;
    mynacard_check *first = NULL;
    mynacard_answer *answer = NULL;
    mynacard_pin *pin = new_pin("1234");
    options.visual_check = 1;
    visual.method = MYNACARD_METHOD_VISUAL;
    progress.userdata = &second;
    progress.step = on_step;
    progress.destroy = on_destroy;
    BAD(mynacard_desk_open(&service, NULL, &options, &progress, &shared, NULL));
    EXPECT(second.destroyed == 0);
    OK(mynacard_desk_open(&service, terminal, &options, &progress, &shared, NULL));
    EXPECT(mynacard_sandbox_card("kyokai-self", 1, &functions) == 0);
    OK(mynacard_card_from_transport(&functions, &second.card, NULL));
    OK(mynacard_desk_prepare(shared, NULL, NULL, &first, NULL));
    OK(mynacard_desk_prepare(shared, &visual, NULL, &second.check, NULL));
    OK(mynacard_check_by_pin(first, card, pin, NULL, &answer, NULL));
    EXPECT(second.status == MYNACARD_STATUS_BUSY && second.steps > 1);
    OK(mynacard_answer_free(answer));
    OK(mynacard_pin_free(pin));
    OK(mynacard_check_free(first));
    OK(mynacard_desk_free(shared));
    EXPECT(second.destroyed == 0); /* the second check still uses it */
    OK(mynacard_check_tap(second.check, second.card, NULL, NULL));
    OK(mynacard_check_free(second.check));
    EXPECT(second.destroyed == 1);
    OK(mynacard_card_free(second.card));
}

static void put(const char *folder, const char *name, const mynacard_buffer *xml)
{
    char path[4096];
    FILE *file;
    snprintf(path, sizeof path, "%s/%s", folder, name);
    file = fopen(path, "wb");
    EXPECT(file != NULL && fwrite(mynacard_buffer_data(xml), 1, mynacard_buffer_size(xml), file) == mynacard_buffer_size(xml));
    if (file != NULL) {
        fclose(file);
    }
}

static void answers(const mynacard_answer *answer, const char *path)
{
    mynacard_buffer *text = NULL, *xml = NULL, *name = NULL;
    mynacard_answer *read = NULL;
    mynacard_folder *folder = NULL;
    mynacard_error *error = NULL;
    const uint16_t field = mynacard_field_by_tag(BYTES("Name"));
    union { mynacard_answer *answer; mynacard_buffer *buffer; } shared = { NULL };

    EXPECT(field != 0 && mynacard_field_by_tag(NULL, 4) == 0);
    BAD(mynacard_fields_json(NULL, NULL));
    BAD(mynacard_answer_text(NULL, 0, field, MYNACARD_ENCODING_UTF8, 0, &text, NULL));
    BAD(mynacard_answer_text(answer, 0, field, MYNACARD_ENCODING_UTF8, 0, NULL, NULL));
    BAD(mynacard_answer_check_json(NULL, &text, NULL));
    BAD(mynacard_answer_check_json(answer, NULL, NULL));
    BAD(mynacard_answer_write(NULL, MYNACARD_FORMAT_XML_SHIFT_JIS, &xml, NULL));
    BAD(mynacard_answer_write(answer, MYNACARD_FORMAT_XML_SHIFT_JIS, NULL, NULL));
    EXPECT(text == NULL && xml == NULL);
    OK(mynacard_answer_write(answer, MYNACARD_FORMAT_XML_SHIFT_JIS, &xml, NULL));
    BAD(mynacard_answer_from_xml(NULL, mynacard_buffer_size(xml), &read, NULL));
    BAD(mynacard_answer_from_xml(mynacard_buffer_data(xml), mynacard_buffer_size(xml), NULL, NULL));
    EXPECT(read == NULL);

    BAD(mynacard_folder_open(NULL, strlen(path), 0, &folder, NULL));
    BAD(mynacard_folder_open(BYTES(path), 0, NULL, NULL));
    EXPECT(folder == NULL);
    OK(mynacard_folder_open(BYTES(path), 0, &folder, NULL));
    put(path, "OQSsiquc01res_face_D4_20261120103000.xml", xml);
    BAD(mynacard_folder_next(NULL, 20000, NULL, &read, &name, NULL));
    BAD(mynacard_folder_next(folder, 20000, NULL, NULL, &name, NULL));
    EXPECT(read == NULL && name == NULL);
    /* No file is lost by these; the name is not asked for. */
    OK(mynacard_folder_next(folder, 20000, NULL, &read, NULL, NULL));
    OK(mynacard_answer_free(read));

    /* Two outputs in one place: one of both results is there, whole. */
    put(path, "OQSsiquc01res_face_D5_20261120103001.xml", xml);
    OK(mynacard_folder_next(folder, 20000, NULL, &shared.answer, &shared.buffer, NULL));
    EXPECT((mynacard_answer_count(shared.answer) == 1) != (mynacard_buffer_size(shared.buffer) > 0));
    EXPECT((mynacard_answer_free(shared.answer) == MYNACARD_STATUS_OK) != (mynacard_buffer_free(shared.buffer) == MYNACARD_STATUS_OK));
    OK(mynacard_folder_free(folder));
    OK(mynacard_buffer_free(xml));

    BAD(mynacard_answer_text(answer, 0, 0xFFFF, 0, 0, &text, &error));
    BAD(mynacard_error_text(NULL, MYNACARD_ERROR_ITEM_MESSAGE, MYNACARD_LANGUAGE_JAPANESE, MYNACARD_ENCODING_UTF8, &text));
    BAD(mynacard_error_text(error, MYNACARD_ERROR_ITEM_MESSAGE, MYNACARD_LANGUAGE_JAPANESE, MYNACARD_ENCODING_UTF8, NULL));
    EXPECT(text == NULL);
    OK(mynacard_error_free(error));
}

/* An input that lies where the output goes: the input is read before. */
static void shared_places(void)
{
    union { uint8_t digits[sizeof(void *)]; mynacard_pin *pin; } place = { "1234" };
    union { mynacard_transport functions; mynacard_card *card; } table;
    mynacard_transport functions = MYNACARD_TRANSPORT_INIT;
    OK(mynacard_pin_new(place.digits, 4, &place.pin, NULL));
    EXPECT(mynacard_pin_length(place.pin) == 4);
    OK(mynacard_pin_free(place.pin));
    table.functions = functions;
    EXPECT(mynacard_sandbox_card("kyokai-self", 1, &table.functions) == 0);
    OK(mynacard_card_from_transport(&table.functions, &table.card, NULL));
    OK(mynacard_card_free(table.card));
}

int main(int argc, char **argv)
{
    mynacard_answer *answer;
    if (argc < 2) {
        return EXIT_FAILURE;
    }
    sandbox = mynacard_sandbox_start();
    if (sandbox == NULL) {
        return EXIT_FAILURE;
    }
    service.url = (const uint8_t *)mynacard_sandbox_url(sandbox);
    service.url_size = strlen(mynacard_sandbox_url(sandbox));
    service.root = mynacard_sandbox_root(sandbox, &service.root_size);
    service.trust = MYNACARD_TRUST_SIMULATION;
    service.direct = 1;

    terminals(argv[1]);
    cards();
    answer = checks();
    answers(answer, argv[1]);
    two_checks();
    shared_places();

    OK(mynacard_answer_free(answer));
    OK(mynacard_card_free(card));
    OK(mynacard_desk_free(desk));
    OK(mynacard_terminal_free(terminal));
    mynacard_sandbox_stop(sandbox);
    if (failures == 0) {
        printf("done\n");
    }
    return failures == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
