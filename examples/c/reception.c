/*
 * A reception desk in C: activates a terminal, checks a virtual card, reads a face file.
 *
 *   cargo xtask ffi
 *   cc -std=c11 -Iinclude examples/c/reception.c -Ltarget/debug/ffi -lmynacard -lmynacard_sandbox -o target/reception
 *   target/reception FOLDER          the card behind functions of this program
 *   target/reception FOLDER PORT     the card also in a virtual PC/SC reader (vpcd) at this port
 *
 * FOLDER stands for the exchange folder of the terminal; the example puts a face file there itself.
 * A real desk has no sandbox: it takes address, certificate and activation code from the service's operator.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mynacard.h"
#include "mynacard_sandbox.h"

#define TEXT(literal) (const uint8_t *)(literal), strlen(literal)

/* Ends the program with what the library says; a real desk shows the sentences to its staff. */
static void check(mynacard_status status, mynacard_error *const *said)
{
    static const int32_t items[] = {
        MYNACARD_ERROR_ITEM_MESSAGE, MYNACARD_ERROR_ITEM_NEXT, MYNACARD_ERROR_ITEM_DETAIL
    };
    if (status == MYNACARD_STATUS_OK) {
        return;
    }
    /* Read here and not by the caller: C does not say which of a call's arguments is evaluated first. */
    const mynacard_error *error = *said;
    fprintf(stderr, "status %d, code %s, tries left %d\n", (int)status, mynacard_error_code(error),
            (int)mynacard_error_tries_left(error));
    for (size_t i = 0; i < sizeof items / sizeof *items; i++) {
        mynacard_buffer *text = NULL;
        if (mynacard_error_text(error, items[i], MYNACARD_LANGUAGE_JAPANESE, MYNACARD_ENCODING_UTF8, &text)
            == MYNACARD_STATUS_OK) {
            fprintf(stderr, "  %s\n", (const char *)mynacard_buffer_data(text));
            mynacard_buffer_free(text);
        }
    }
    mynacard_error_free(*said);
    exit(EXIT_FAILURE);
}

/* Overwrites a secret; a plain memset before the end of its life is one that a compiler may leave out. */
static void wipe(char *secret, size_t size)
{
    volatile char *byte = secret;
    while (size-- > 0) {
        *byte++ = 0;
    }
}

static void on_step(void *userdata, int32_t step)
{
    static const char *const names[] = {
        "renewing", "reading card", "relaying", "verifying PIN", "signing", "card done", "asking service", "done"
    };
    (void)userdata;
    printf("  … %s\n", step >= 0 && step < 8 ? names[step] : "another step");
}

/* One field of the first insurance. */
static void print_field(const mynacard_answer *answer, const char *tag)
{
    mynacard_error *error = NULL;
    mynacard_buffer *text = NULL;
    check(mynacard_answer_text(answer, 0, mynacard_field_by_tag(TEXT(tag)), MYNACARD_ENCODING_UTF8,
                               MYNACARD_UNMAPPABLE_REFUSE, &text, &error), &error);
    printf("  %s: %s\n", tag, text == NULL ? "-" : (const char *)mynacard_buffer_data(text));
    mynacard_buffer_free(text);
}

static void print_answer(const mynacard_answer *answer)
{
    mynacard_error *error = NULL;
    mynacard_buffer *json = NULL;
    printf("validity %d, %zu insurance(s)\n", (int)mynacard_answer_validity(answer), mynacard_answer_count(answer));
    print_field(answer, "Name");
    print_field(answer, "InsurerNumber");
    print_field(answer, "InsuredIdentificationNumber");
    check(mynacard_answer_check_json(answer, &json, &error), &error);
    if (json != NULL) {
        printf("  %s\n", (const char *)mynacard_buffer_data(json));
    }
    mynacard_buffer_free(json);
}

static mynacard_answer *check_by_pin(mynacard_desk *desk, mynacard_card *card, const char *digits)
{
    mynacard_error *error = NULL;
    mynacard_check *prepared = NULL;
    mynacard_pin *pin = NULL;
    mynacard_answer *answer = NULL;
    check(mynacard_desk_prepare(desk, NULL, NULL, &prepared, &error), &error);
    check(mynacard_pin_new(TEXT(digits), &pin, &error), &error);
    check(mynacard_check_by_pin(prepared, card, pin, NULL, &answer, &error), &error);
    mynacard_pin_free(pin);
    mynacard_check_free(prepared);
    return answer;
}

static mynacard_answer *check_by_sight(mynacard_desk *desk, mynacard_card *card)
{
    mynacard_error *error = NULL;
    mynacard_ask ask = MYNACARD_ASK_INIT;
    mynacard_check *prepared = NULL;
    mynacard_answer *answer = NULL;
    ask.method = MYNACARD_METHOD_VISUAL;
    check(mynacard_desk_prepare(desk, &ask, NULL, &prepared, &error), &error);
    check(mynacard_check_tap(prepared, card, NULL, &error), &error);
    /* Here staff compare the photo on the card with the person. */
    check(mynacard_check_confirm(prepared, TEXT("staff-07"), &error), &error);
    check(mynacard_check_by_sight(prepared, card, NULL, &answer, &error), &error);
    mynacard_check_free(prepared);
    return answer;
}

static void wrong_pin(mynacard_desk *desk, mynacard_card *card)
{
    mynacard_error *error = NULL;
    mynacard_check *prepared = NULL;
    mynacard_pin *pin = NULL;
    mynacard_answer *answer = NULL;
    mynacard_buffer *sentence = NULL;
    check(mynacard_desk_prepare(desk, NULL, NULL, &prepared, &error), &error);
    check(mynacard_pin_new(TEXT("9999"), &pin, &error), &error);
    if (mynacard_check_by_pin(prepared, card, pin, NULL, &answer, &error) != MYNACARD_STATUS_WRONG_PIN) {
        fprintf(stderr, "a wrong PIN was not refused\n");
        exit(EXIT_FAILURE);
    }
    mynacard_error_text(error, MYNACARD_ERROR_ITEM_MESSAGE, MYNACARD_LANGUAGE_JAPANESE, MYNACARD_ENCODING_UTF8, &sentence);
    printf("%s %s\n", mynacard_error_code(error), (const char *)mynacard_buffer_data(sentence));
    mynacard_buffer_free(sentence);
    mynacard_error_free(error);
    mynacard_pin_free(pin);
    mynacard_check_free(prepared);
}

/* Leaves the answer in the exchange folder as the terminal would, and reads it as a receipt computer does. */
static void face_file(const char *folder_path, const mynacard_answer *answer)
{
    mynacard_error *error = NULL;
    mynacard_buffer *xml = NULL, *name = NULL;
    mynacard_folder *folder = NULL;
    mynacard_answer *read = NULL;
    char path[4096];
    FILE *file;
    check(mynacard_folder_open(TEXT(folder_path), 0, &folder, &error), &error);
    check(mynacard_answer_write(answer, MYNACARD_FORMAT_XML_SHIFT_JIS, &xml, &error), &error);
    snprintf(path, sizeof path, "%s/OQSsiquc01res_face_A1_20261120103000.xml", folder_path);
    file = fopen(path, "wb");
    if (file == NULL || fwrite(mynacard_buffer_data(xml), 1, mynacard_buffer_size(xml), file) != mynacard_buffer_size(xml)) {
        perror(path);
        exit(EXIT_FAILURE);
    }
    fclose(file);
    check(mynacard_folder_next(folder, 20000, NULL, &read, &name, &error), &error);
    printf("face file %s\n", (const char *)mynacard_buffer_data(name));
    print_answer(read);
    mynacard_answer_free(read);
    mynacard_buffer_free(name);
    mynacard_buffer_free(xml);
    mynacard_folder_free(folder);
}

static mynacard_card *virtual_card(void)
{
    mynacard_error *error = NULL;
    mynacard_transport transport = MYNACARD_TRANSPORT_INIT;
    mynacard_card *card = NULL;
    if (mynacard_sandbox_card("kyokai-self", 1, &transport) != 0) {
        fprintf(stderr, "no such person\n");
        exit(EXIT_FAILURE);
    }
    check(mynacard_card_from_transport(&transport, &card, &error), &error);
    return card;
}

int main(int argc, char **argv)
{
    mynacard_error *error = NULL;
    mynacard_service service = MYNACARD_SERVICE_INIT;
    mynacard_desk_options options = MYNACARD_DESK_OPTIONS_INIT;
    mynacard_progress progress = MYNACARD_PROGRESS_INIT;
    mynacard_sandbox_activation activation;
    mynacard_sandbox *sandbox;
    mynacard_terminal *terminal = NULL;
    mynacard_desk *desk = NULL;
    mynacard_card *card;
    mynacard_answer *answer;
    char pin[9];
    int32_t tries;

    if (argc < 2 || mynacard_abi_version() != MYNACARD_ABI_VERSION) {
        fprintf(stderr, "usage: reception FOLDER [PORT]\n");
        return EXIT_FAILURE;
    }
    sandbox = mynacard_sandbox_start();
    if (sandbox == NULL || mynacard_sandbox_issue_activation(sandbox, &activation) != 0
        || mynacard_sandbox_pin("kyokai-self", pin, sizeof pin) != 0) {
        fprintf(stderr, "no sandbox\n");
        return EXIT_FAILURE;
    }
    service.url = (const uint8_t *)mynacard_sandbox_url(sandbox);
    service.url_size = strlen(mynacard_sandbox_url(sandbox));
    service.root = mynacard_sandbox_root(sandbox, &service.root_size);
    service.trust = MYNACARD_TRUST_SIMULATION;
    service.direct = 1;

    check(mynacard_terminal_activate(&service, TEXT(activation.institution_code), TEXT(activation.id),
                                     TEXT(activation.activation_code), 1, NULL, &terminal, &error), &error);
    printf("terminal activated\n");
    options.visual_check = 1;
    progress.step = on_step;
    check(mynacard_desk_open(&service, terminal, &options, &progress, &desk, &error), &error);

    card = virtual_card();
    check(mynacard_card_tries_left(card, NULL, &tries, &error), &error);
    printf("by callback, by PIN (%d tries left)\n", (int)tries);
    answer = check_by_pin(desk, card, pin);
    print_answer(answer);
    wrong_pin(desk, card);
    face_file(argv[1], answer);
    mynacard_answer_free(answer);

    printf("by callback, by sight\n");
    answer = check_by_sight(desk, card);
    print_answer(answer);
    mynacard_answer_free(answer);
    mynacard_card_free(card);

    if (argc > 2) {
        mynacard_sandbox_inserted *inserted = mynacard_sandbox_insert("kyokai-self", (uint16_t)atoi(argv[2]));
        printf("by PC/SC, by PIN\n");
        check(mynacard_card_wait(NULL, 0, NULL, 20000, NULL, &card, &error), &error);
        answer = check_by_pin(desk, card, pin);
        print_answer(answer);
        mynacard_answer_free(answer);
        mynacard_card_free(card);

        mynacard_card_options lengths = MYNACARD_CARD_OPTIONS_INIT;
        lengths.lengths = MYNACARD_LENGTHS_EXTENDED; /* this reader carries them, though its driver does not say so */
        printf("by extended lengths\n");
        check(mynacard_card_wait(NULL, 0, &lengths, 20000, NULL, &card, &error), &error);
        answer = check_by_pin(desk, card, pin);
        print_answer(answer);
        mynacard_answer_free(answer);
        mynacard_card_free(card);
        mynacard_sandbox_remove(inserted);
    }

    wipe(pin, sizeof pin);
    mynacard_desk_free(desk);
    mynacard_terminal_free(terminal);
    mynacard_sandbox_stop(sandbox);
    printf("done\n");
    return EXIT_SUCCESS;
}
