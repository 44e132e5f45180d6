/*
 * One patient at a real reader: the ten lines of the README, and what stands around them.
 *
 *   cargo xtask ffi
 *   cc -std=c11 -Iinclude examples/c/ten_lines.c -Ltarget/debug/ffi -lmynacard -o target/ten_lines
 *   target/ten_lines ADDRESS CA VAULT          CA: PEM or DER; the vault's passcode and the PIN on two lines of standard input
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mynacard.h"

#define TEXT(literal) (const uint8_t *)(literal), strlen(literal)

static mynacard_error *error;

/* What the library says to staff, and the end of this program. */
static void check(mynacard_status status)
{
    mynacard_buffer *sentence = NULL;
    if (status == MYNACARD_STATUS_OK) {
        return;
    }
    mynacard_error_text(error, MYNACARD_ERROR_ITEM_MESSAGE, MYNACARD_LANGUAGE_JAPANESE, MYNACARD_ENCODING_UTF8, &sentence);
    printf("%s %s\n", mynacard_error_code(error), sentence == NULL ? "" : (const char *)mynacard_buffer_data(sentence));
    mynacard_buffer_free(sentence);
    mynacard_error_free(error);
    exit(EXIT_FAILURE);
}

static char *line(char *place, int size)
{
    if (fgets(place, size, stdin) == NULL) {
        exit(EXIT_FAILURE);
    }
    place[strcspn(place, "\n")] = 0;
    return place;
}

/* A plain memset before the end of a secret's life is one that a compiler may leave out. */
static void wipe(char *secret, size_t size)
{
    volatile char *byte = secret;
    while (size-- > 0) {
        *byte++ = 0;
    }
}

int main(int argc, char **argv)
{
    static uint8_t root[8192];
    char passcode[256], typed[16];
    const char *vault;
    FILE *file;
    mynacard_service service = MYNACARD_SERVICE_INIT;
    mynacard_terminal *terminal = NULL;
    mynacard_desk *desk = NULL;
    mynacard_check *prepared = NULL;
    mynacard_card *card = NULL;
    mynacard_pin *pin = NULL;
    mynacard_answer *answer = NULL;
    mynacard_buffer *insurer = NULL;
    uint16_t field;

    if (argc != 4 || (file = fopen(argv[2], "rb")) == NULL) {
        fprintf(stderr, "usage: ten_lines ADDRESS CA VAULT\n");
        return EXIT_FAILURE;
    }
    service.url = (const uint8_t *)argv[1];
    service.url_size = strlen(argv[1]);
    service.root = root;
    service.root_size = fread(root, 1, sizeof root, file);
    service.trust = MYNACARD_TRUST_SIMULATION;
    service.direct = 1;
    fclose(file);
    vault = argv[3];
    line(passcode, sizeof passcode);
    line(typed, sizeof typed);

    /* README: begin */
    check(mynacard_terminal_open(TEXT(vault), TEXT(passcode), &terminal, &error));
    check(mynacard_desk_open(&service, terminal, NULL, NULL, &desk, &error));
    check(mynacard_desk_prepare(desk, NULL, NULL, &prepared, &error));        /* before the tap */
    check(mynacard_card_wait(NULL, 0, NULL, 60000, NULL, &card, &error));     /* at any reader, a minute long */
    check(mynacard_pin_new(TEXT(typed), &pin, &error));
    check(mynacard_check_by_pin(prepared, card, pin, NULL, &answer, &error));
    field = mynacard_field_by_tag(TEXT("InsurerNumber"));
    check(mynacard_answer_text(answer, 0, field, MYNACARD_ENCODING_UTF8, MYNACARD_UNMAPPABLE_REFUSE, &insurer, &error));
    printf("%s\n", insurer == NULL ? "-" : (const char *)mynacard_buffer_data(insurer));
    /* README: end */

    mynacard_buffer_free(insurer);
    mynacard_answer_free(answer);
    mynacard_pin_free(pin);
    mynacard_card_free(card);
    mynacard_check_free(prepared);
    mynacard_desk_free(desk);
    mynacard_terminal_free(terminal);
    wipe(typed, sizeof typed);
    wipe(passcode, sizeof passcode);
    return EXIT_SUCCESS;
}
