/*
 * A program that does nothing but one patient: a new terminal, the first check, the insurer's number. The bench `start` runs it.
 *
 *   first ADDRESS CA.der INSTITUTION ID ACTIVATION     or without arguments, to end at once
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mynacard.h"
#include "mynacard_sandbox.h"

#define TEXT(literal) (const uint8_t *)(literal), strlen(literal)

static void check(mynacard_status status)
{
    if (status != MYNACARD_STATUS_OK) {
        fprintf(stderr, "status %d\n", (int)status);
        exit(EXIT_FAILURE);
    }
}

int main(int argc, char **argv)
{
    static uint8_t root[8192];
    FILE *file;
    mynacard_service service = MYNACARD_SERVICE_INIT;
    mynacard_transport transport = MYNACARD_TRANSPORT_INIT;
    mynacard_terminal *terminal = NULL;
    mynacard_desk *desk = NULL;
    mynacard_check *prepared = NULL;
    mynacard_card *card = NULL;
    mynacard_pin *pin = NULL;
    mynacard_answer *answer = NULL;
    mynacard_buffer *insurer = NULL;
    uint16_t field;

    if (argc != 6) {
        printf("nothing\n");
        fflush(stdout);
        (void)getchar();
        return EXIT_SUCCESS;
    }
    file = fopen(argv[2], "rb");
    if (file == NULL) {
        return EXIT_FAILURE;
    }
    service.url = (const uint8_t *)argv[1];
    service.url_size = strlen(argv[1]);
    service.root = root;
    service.root_size = fread(root, 1, sizeof root, file);
    service.trust = MYNACARD_TRUST_SIMULATION;
    service.direct = 1;
    fclose(file);

    check(mynacard_terminal_activate(&service, TEXT(argv[3]), TEXT(argv[4]), TEXT(argv[5]), 1, NULL, &terminal, NULL));
    check(mynacard_desk_open(&service, terminal, NULL, NULL, &desk, NULL));
    check(mynacard_desk_prepare(desk, NULL, NULL, &prepared, NULL));
    if (mynacard_sandbox_card("kyokai-self", 1, &transport) != 0) {
        return EXIT_FAILURE;
    }
    check(mynacard_card_from_transport(&transport, &card, NULL));
    check(mynacard_pin_new(TEXT("1234"), &pin, NULL));
    check(mynacard_check_by_pin(prepared, card, pin, NULL, &answer, NULL));
    field = mynacard_field_by_tag(TEXT("InsurerNumber"));
    check(mynacard_answer_text(answer, 0, field, MYNACARD_ENCODING_UTF8, MYNACARD_UNMAPPABLE_REFUSE, &insurer, NULL));
    printf("%s\n", insurer == NULL ? "-" : (const char *)mynacard_buffer_data(insurer));
    fflush(stdout);
    (void)getchar(); /* the process stays for whoever measures it */

    mynacard_buffer_free(insurer);
    mynacard_answer_free(answer);
    mynacard_pin_free(pin);
    mynacard_card_free(card);
    mynacard_check_free(prepared);
    mynacard_desk_free(desk);
    mynacard_terminal_free(terminal);
    return EXIT_SUCCESS;
}
