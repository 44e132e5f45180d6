/* Every function that needs no service, called for what it does: numbers, charts, checkups, certificates, guidance, shapes of an
 * answer, and the card. Prints "done" when all is as promised. */
#include "surface.h"

static void identifiers(void)
{
    mynacard_buffer *json = NULL;
    mynacard_error *error = NULL;
    OK(mynacard_identifier_json(BYTES("insurer-number"), BYTES("138016"), &json, NULL));
    EXPECT(has(json, "\"valid\":true") && has(json, "\"value\":\"138016\"") && take(&json, "[\"zeros\",\"00138016\"]"));
    OK(mynacard_identifier_json(BYTES("insurer-number"), BYTES("138017"), &json, NULL));
    EXPECT(has(json, "\"valid\":false") && take(&json, "\"code\":\"MC-4023\""));
    OK(mynacard_identifier_json(NULL, 0, NULL, 0, &json, NULL));
    EXPECT(has(json, "保険者番号") && take(&json, "\"kind\":\"ticket-number\""));
    BAD(mynacard_identifier_json(BYTES("no-such"), BYTES("1"), &json, &error));
    EXPECT(mynacard_error_class(error) == MYNACARD_CLASS_CALLER);
    EXPECT(is_code(&error, "MC-9001"));
    BAD(mynacard_identifier_json(NULL, 3, BYTES("1"), &json, NULL));
    BAD(mynacard_identifier_json(BYTES("insurer-number"), NULL, 3, &json, NULL));
    BAD(mynacard_identifier_json(BYTES("insurer-number"), BYTES("1"), NULL, NULL));
    IS(mynacard_identifier_json(BYTES("\xff"), BYTES("1"), &json, NULL), MYNACARD_STATUS_INVALID_TEXT);
    EXPECT(json == NULL);
}

static void versions(void)
{
    EXPECT(strcmp(mynacard_version(), MYNACARD_VERSION) == 0 && mynacard_abi_version() == MYNACARD_ABI_VERSION);
}

static void guidance(void)
{
    mynacard_buffer *json = NULL;
    OK(mynacard_guidance_json(BYTES("MC-1003"), &json, NULL));
    EXPECT(has(json, "\"code\":\"MC-1003\"") && has(json, "\"class\":\"card\"") && take(&json, "暗証番号が違います"));
    OK(mynacard_guidance_json(NULL, 0, &json, NULL));
    EXPECT(has(json, "\"MC-9099\"") && has(json, "\"OK-0001\"") && take(&json, "\"not-confirmed\""));
    BAD(mynacard_guidance_json(BYTES("MC-0000"), &json, NULL));
    BAD(mynacard_guidance_json(NULL, 7, &json, NULL));
    BAD(mynacard_guidance_json(BYTES("MC-1003"), NULL, NULL));
    EXPECT(json == NULL);
}

static const char ANSWER[] =
    "<?xml version=\"1.0\" encoding=\"UTF-8\"?><XmlMsg><MessageHeader/><MessageBody>"
    "<ProcessingResultStatus>1</ProcessingResultStatus><QualificationValidity>1</QualificationValidity>"
    "<ResultList><ResultOfQualificationConfirmation><InsurerNumber>00138016</InsurerNumber>"
    "<Name>医療　太郎</Name><NameKana>ｲﾘｮｳ ﾀﾛｳ</NameKana><Sex1>1</Sex1><Birthdate>19800217</Birthdate>"
    "<Address>東京都千代田区</Address></ResultOfQualificationConfirmation></ResultList></MessageBody></XmlMsg>";

static mynacard_answer *answer(void)
{
    mynacard_answer *read = NULL;
    OK(mynacard_answer_read(BYTES(ANSWER), MYNACARD_DOCUMENT_XML, &read, NULL));
    EXPECT(mynacard_answer_count(read) == 1 && mynacard_answer_validity(read) == MYNACARD_VALIDITY_VALID);
    return read;
}

static void shapes(const mynacard_answer *answer)
{
    static const struct { int32_t format; const char *text; } SHAPES[] = {
        { MYNACARD_FORMAT_JSON, "138016" },       { MYNACARD_FORMAT_XML_UTF8, "医療" },
        { MYNACARD_FORMAT_XML_SHIFT_JIS, "Shift" }, { MYNACARD_FORMAT_TEXT_JAPANESE, "医療" },
        { MYNACARD_FORMAT_TEXT_ENGLISH, "138016" }, { MYNACARD_FORMAT_SCREEN, "保険者番号" },
        { MYNACARD_FORMAT_CSV_UTF8, "InsurerNumber" }, { MYNACARD_FORMAT_CSV_SHIFT_JIS, "InsurerNumber" },
        { MYNACARD_FORMAT_FHIR, "\"resourceType\":\"Bundle\"" }, { MYNACARD_FORMAT_SITUATION, "\"situation\":\"valid\"" },
    };
    mynacard_buffer *document = NULL;
    mynacard_answer *again = NULL;
    for (size_t i = 0; i < sizeof SHAPES / sizeof *SHAPES; i++) {
        OK(mynacard_answer_write(answer, SHAPES[i].format, &document, NULL));
        EXPECT(take(&document, SHAPES[i].text));
    }
    BAD(mynacard_answer_write(answer, 10, &document, NULL));
    for (int32_t kind = MYNACARD_DOCUMENT_JSON; kind <= MYNACARD_DOCUMENT_SCREEN; kind++) {
        const int32_t format = kind == MYNACARD_DOCUMENT_JSON ? MYNACARD_FORMAT_JSON : MYNACARD_FORMAT_SCREEN;
        OK(mynacard_answer_write(answer, format, &document, NULL));
        OK(mynacard_answer_read(mynacard_buffer_data(document), mynacard_buffer_size(document), kind, &again, NULL));
        EXPECT(mynacard_answer_count(again) == 1);
        OK(mynacard_answer_free(again));
        OK(mynacard_buffer_free(document));
        document = NULL;
    }
    again = NULL;
    BAD(mynacard_answer_read(NULL, 3, MYNACARD_DOCUMENT_XML, &again, NULL));
    BAD(mynacard_answer_read(BYTES(ANSWER), MYNACARD_DOCUMENT_XML, NULL, NULL));
    BAD(mynacard_answer_read(BYTES(ANSWER), 3, &again, NULL));
    BAD(mynacard_answer_read(BYTES(ANSWER), -1, &again, NULL));
    IS(mynacard_answer_read(BYTES("{"), MYNACARD_DOCUMENT_JSON, &again, NULL), MYNACARD_STATUS_INPUT);
    IS(mynacard_answer_read(BYTES("\xff"), MYNACARD_DOCUMENT_SCREEN, &again, NULL), MYNACARD_STATUS_INVALID_TEXT);
    EXPECT(again == NULL && document == NULL);
}

static void charts(const mynacard_answer *answer)
{
    static const char CHARTS[] =
        "[{\"key\":\"4711\",\"fields\":{\"Name\":\"医療　太郎\",\"NameKana\":\"ｲﾘｮｳ ﾀﾛｳ\",\"Birthdate\":\"19800217\",\"Address\":\"大阪府\"}},"
        "{\"key\":\"4712\",\"fields\":{\"Birthdate\":\"19990101\"}}]";
    mynacard_buffer *json = NULL;
    mynacard_error *error = NULL;
    OK(mynacard_answer_match_json(answer, BYTES(CHARTS), &json, NULL));
    EXPECT(has(json, "\"found\":\"one\"") && has(json, "\"key\":\"4711\"") && has(json, "\"proposal\":\"東京都千代田区\""));
    EXPECT(has(json, "\"outcome\":\"differs\"") && take(&json, "\"outcome\":\"same\""));
    OK(mynacard_answer_match_json(answer, BYTES("[]"), &json, NULL));
    EXPECT(take(&json, "\"found\":\"none\""));
    BAD(mynacard_answer_match_json(answer, BYTES("[{\"key\":\"1\",\"fields\":{\"NoSuch\":\"1\"}}]"), &json, NULL));
    BAD(mynacard_answer_match_json(answer, BYTES("[{\"key\":\"1\",\"surprise\":\"医療\"}]"), &json, &error));
    /* What is wrong is told without the value. */
    OK(mynacard_error_text(error, MYNACARD_ERROR_ITEM_DETAIL, 0, 0, &json));
    EXPECT(strstr((const char *)mynacard_buffer_data(json), "医療") == NULL && take(&json, "charts: not the JSON expected"));
    mynacard_error_free(error);
    BAD(mynacard_answer_match_json(NULL, BYTES("[]"), &json, NULL));
    BAD(mynacard_answer_match_json(answer, NULL, 2, &json, NULL));
    BAD(mynacard_answer_match_json(answer, BYTES("[]"), NULL, NULL));
    EXPECT(json == NULL);
}

static void checkups(const mynacard_answer *answer)
{
    static const char INSURERS[] = "保険者番号,委託元保険者名,特定健康診査,特定保健指導\n138016,千代田区,○,\n";
    static const char INSTITUTIONS[] = "健診・保健指導機関番号,実施機関名,集団,個別\n1312345678,クリニック,,○\n";
    static const char ASK[] = "{\"service\":\"checkup\",\"on\":\"20261121\",\"ticket\":{\"insurer\":\"138016\",\"birth\":\"19800217\"}}";
    mynacard_buffer *json = NULL;
    OK(mynacard_checkup_json(MYNACARD_LIST_INSURERS, BYTES(INSURERS), NULL, NULL, 0, &json, NULL));
    EXPECT(has(json, "千代田区") && take(&json, "\"enrolments\":null"));
    OK(mynacard_checkup_json(MYNACARD_LIST_INSURERS, BYTES(INSURERS), answer, BYTES(ASK), &json, NULL));
    EXPECT(has(json, "\"verdict\":\"covered\"") && take(&json, "\"ticket\":\"cannot-compare\""));
    OK(mynacard_checkup_json(MYNACARD_LIST_INSURERS, BYTES(INSURERS), answer, BYTES("{\"service\":\"guidance\",\"on\":\"20261121\"}"), &json, NULL));
    EXPECT(has(json, "\"accepted\":false") && take(&json, "\"verdict\":\"not-covered\""));
    OK(mynacard_checkup_json(MYNACARD_LIST_INSTITUTIONS, BYTES(INSTITUTIONS), NULL, NULL, 0, &json, NULL));
    EXPECT(has(json, "\"setting\":\"individual\"") && take(&json, "クリニック"));
    BAD(mynacard_checkup_json(2, BYTES(INSURERS), NULL, NULL, 0, &json, NULL));
    BAD(mynacard_checkup_json(MYNACARD_LIST_INSURERS, BYTES(INSURERS), answer, NULL, 0, &json, NULL));
    BAD(mynacard_checkup_json(MYNACARD_LIST_INSURERS, BYTES(INSURERS), NULL, BYTES(ASK), &json, NULL));
    BAD(mynacard_checkup_json(MYNACARD_LIST_INSTITUTIONS, BYTES(INSTITUTIONS), answer, BYTES(ASK), &json, NULL));
    BAD(mynacard_checkup_json(MYNACARD_LIST_INSURERS, BYTES(INSURERS), answer, BYTES("{\"service\":\"x\",\"on\":\"20261121\"}"), &json, NULL));
    BAD(mynacard_checkup_json(MYNACARD_LIST_INSURERS, NULL, 9, NULL, NULL, 0, &json, NULL));
    BAD(mynacard_checkup_json(MYNACARD_LIST_INSURERS, BYTES(INSURERS), answer, NULL, 9, &json, NULL));
    BAD(mynacard_checkup_json(MYNACARD_LIST_INSURERS, BYTES(INSURERS), NULL, NULL, 0, NULL, NULL));
    EXPECT(mynacard_checkup_json(MYNACARD_LIST_INSURERS, BYTES("nothing"), NULL, NULL, 0, &json, NULL) != MYNACARD_STATUS_OK);
    EXPECT(json == NULL);
}

static mynacard_card *virtual_card(const char *person)
{
    mynacard_transport functions = MYNACARD_TRANSPORT_INIT;
    mynacard_card *card = NULL;
    EXPECT(mynacard_sandbox_card(person, 1, &functions) == 0);
    OK(mynacard_card_from_transport(&functions, &card, NULL));
    return card;
}

static void certificates(mynacard_card *card)
{
    static const char ASK[] = "{\"usage\":\"authentication\",\"hierarchy\":\"simulation\"}";
    mynacard_buffer *der = NULL, *json = NULL;
    mynacard_error *error = NULL;
    const uint8_t *data;
    size_t size;
    OK(mynacard_card_certificate(card, NULL, &der, NULL));
    data = mynacard_buffer_data(der);
    size = mynacard_buffer_size(der);
    OK(mynacard_certificate_json(data, size, NULL, 0, &json, NULL));
    EXPECT(has(json, "\"verdict\":null") && take(&json, "\"sha256\""));
    OK(mynacard_certificate_json(data, size, BYTES(ASK), &json, NULL));
    EXPECT(has(json, "\"revocation\":\"not-asked\"") && take(&json, "\"hierarchy\":\"simulation\""));
    /* A virtual card is none of the real ones. */
    EXPECT(mynacard_certificate_json(data, size, BYTES("{\"usage\":\"authentication\",\"hierarchy\":\"production\"}"), &json, &error) != MYNACARD_STATUS_OK);
    EXPECT(error != NULL && strncmp(mynacard_error_code(error), "MC-3", 4) == 0);
    mynacard_error_free(error);
    EXPECT(mynacard_certificate_json(data, size, BYTES("{\"usage\":\"signature\",\"hierarchy\":\"simulation\"}"), &json, NULL) != MYNACARD_STATUS_OK);
    IS(mynacard_certificate_json(data, size - 1, NULL, 0, &json, NULL), MYNACARD_STATUS_INPUT);
    BAD(mynacard_certificate_json(data, size, BYTES("{}"), &json, NULL));
    BAD(mynacard_certificate_json(data, size, BYTES("{\"usage\":\"authentication\",\"hierarchy\":\"simulation\",\"at\":\"today\"}"), &json, NULL));
    BAD(mynacard_certificate_json(NULL, 9, NULL, 0, &json, NULL));
    /* Whether it was revoked: one source, which nobody answers at, or which says nothing that can be believed. */
#define SIMULATED "{\"usage\":\"authentication\",\"hierarchy\":\"simulation\",\"revocation\":"
    BAD(mynacard_certificate_json(data, size, BYTES(SIMULATED "{}}"), &json, NULL));
    BAD(mynacard_certificate_json(data, size, BYTES(SIMULATED "{\"list\":\"MAA=\",\"ocsp\":\"MAA=\"}}"), &json, NULL));
    BAD(mynacard_certificate_json(data, size, BYTES(SIMULATED "{\"list\":\"no base64\"}}"), &json, NULL));
    BAD(mynacard_certificate_json(data, size, BYTES(SIMULATED "{\"ocsp\":\"MAA=\",\"policy\":\"?\"}}"), &json, NULL));
    IS(mynacard_certificate_json(data, size, BYTES(SIMULATED "{\"list\":\"MAA=\"}}"), &json, NULL), MYNACARD_STATUS_INPUT);
    OK(mynacard_certificate_json(data, size, BYTES(SIMULATED "{\"ocsp\":\"MAMKAQY=\"}}"), &json, NULL));
    EXPECT(has(json, "\"revocation\":\"unknown\"") && take(&json, "refused with status 6"));
    OK(mynacard_certificate_json(data, size, BYTES(SIMULATED "{\"list_url\":\"http://127.0.0.1:9/list\",\"direct\":true,\"timeout_ms\":2000}}"), &json, NULL));
    EXPECT(take(&json, "no answer could be had"));
    IS(mynacard_certificate_json(data, size, BYTES(SIMULATED "{\"ocsp\":\"MAMKAQY=\",\"policy\":\"require-good\"}}"), &json, &error), MYNACARD_STATUS_ENVIRONMENT);
    mynacard_error_free(error);
    error = NULL;
    /* Test cards have roots of their own. */
    BAD(mynacard_certificate_json(data, size, BYTES("{\"usage\":\"authentication\",\"hierarchy\":\"test\"}"), &json, NULL));
    BAD(mynacard_certificate_json(data, size, BYTES("{\"usage\":\"authentication\",\"hierarchy\":\"simulation\",\"roots\":[\"MAA=\"]}"), &json, NULL));
    EXPECT(mynacard_certificate_json(data, size, BYTES("{\"usage\":\"authentication\",\"hierarchy\":\"test\",\"roots\":[\"MAA=\"]}"), &json, NULL) != MYNACARD_STATUS_OK);
    BAD(mynacard_certificate_json(data, size, NULL, 9, &json, NULL));
    BAD(mynacard_certificate_json(data, size, NULL, 0, NULL, NULL));
    EXPECT(json == NULL);
    mynacard_buffer_free(der);
}

static void status(mynacard_card *card)
{
    mynacard_buffer *json = NULL;
    OK(mynacard_card_status_json(card, NULL, &json, NULL));
    EXPECT(has(json, "\"card\":\"my-number-card\"") && has(json, "\"authentication\":3") && has(json, "\"signature\":5"));
    EXPECT(has(json, "\"input-support\":3") && has(json, "\"card-face-number-b\":10") && take(&json, "\"card-face\":true"));
    BAD(mynacard_card_status_json(NULL, NULL, &json, NULL));
    BAD(mynacard_card_status_json(card, NULL, NULL, NULL));
    EXPECT(json == NULL);
}

static void attributes(mynacard_card *card)
{
    const char *authorities = mynacard_sandbox_authorities();
    mynacard_buffer *json = NULL;
    mynacard_error *error = NULL;
    mynacard_pin *pin = pin_of("1234");
    OK(mynacard_card_attributes_json(card, pin, NULL, 0, NULL, &json, NULL));
    EXPECT(mynacard_pin_length(pin) == 0);
    EXPECT(has(json, "\"name\":\"") && has(json, "\"birth\":\"") && take(&json, "\"verified\":false"));
    mynacard_pin_free(pin);
    pin = pin_of("1234");
    OK(mynacard_card_attributes_json(card, pin, BYTES(authorities), NULL, &json, NULL));
    EXPECT(has(json, "東京都") && take(&json, "\"verified\":true"));
    mynacard_pin_free(pin);
    /* Authorities that are not this card's issuer cost no try. */
    pin = pin_of("9999");
    EXPECT(mynacard_card_attributes_json(card, pin, BYTES("{\"hierarchy\":\"simulation\",\"keys\":[]}"), NULL, &json, &error) != MYNACARD_STATUS_OK);
    EXPECT(error != NULL && strncmp(mynacard_error_code(error), "MC-3", 4) == 0);
    mynacard_error_free(error);
    error = NULL;
    mynacard_pin_free(pin);
    pin = pin_of("9999");
    IS(mynacard_card_attributes_json(card, pin, NULL, 0, NULL, &json, &error), MYNACARD_STATUS_WRONG_PIN);
    EXPECT(mynacard_error_tries_left(error) == 2 && is_code(&error, "MC-1003"));
    mynacard_pin_free(pin);
    pin = pin_of("1234");
    BAD(mynacard_card_attributes_json(NULL, pin, NULL, 0, NULL, &json, NULL));
    BAD(mynacard_card_attributes_json(card, NULL, NULL, 0, NULL, &json, NULL));
    BAD(mynacard_card_attributes_json(card, pin, NULL, 7, NULL, &json, NULL));
    BAD(mynacard_card_attributes_json(card, pin, BYTES("{}"), NULL, &json, NULL));
    BAD(mynacard_card_attributes_json(card, pin, NULL, 0, NULL, NULL, NULL));
    EXPECT(json == NULL && mynacard_pin_length(pin) == 4);
    mynacard_pin_free(pin);
}

static void face(mynacard_card *card)
{
    const char *authorities = mynacard_sandbox_authorities();
    mynacard_buffer *photo = NULL, *name = NULL, *address = NULL, *json = NULL;
    mynacard_error *error = NULL;
    char number[17], wrong[17];
    EXPECT(mynacard_sandbox_number_b("kyokai-self", number, sizeof number) == 0 && strlen(number) == 16);
    EXPECT(mynacard_sandbox_number_b("kyokai-self", number, 16) == -1 && mynacard_sandbox_number_b("nobody", number, 17) == -1);
    EXPECT(mynacard_sandbox_number_b(NULL, number, 17) == -1 && mynacard_sandbox_number_b("kyokai-self", NULL, 17) == -1);
    OK(mynacard_card_face(card, NULL, BYTES(number), BYTES(authorities), NULL, &photo, &name, &address, &json, NULL));
    EXPECT(mynacard_buffer_size(photo) > 1000 && mynacard_buffer_size(name) > 50 && mynacard_buffer_size(address) > 50);
    EXPECT(memcmp(mynacard_buffer_data(name), "\x89PNG", 4) == 0);
    EXPECT(strncmp(number, strstr((const char *)mynacard_buffer_data(json), "\"birth\":\"") + 9, 8) == 0);
    mynacard_buffer_free(photo);
    mynacard_buffer_free(name);
    mynacard_buffer_free(address);
    mynacard_buffer_free(json);
    photo = name = address = json = NULL;
    /* Every result may be left out. */
    OK(mynacard_card_face(card, NULL, BYTES(number), BYTES(authorities), NULL, NULL, NULL, NULL, NULL, NULL));
    strcpy(wrong, number);
    wrong[15] = wrong[15] == '0' ? '1' : '0';
    EXPECT(mynacard_card_face(card, NULL, BYTES(wrong), BYTES(authorities), NULL, &photo, &name, &address, &json, &error) == MYNACARD_STATUS_WRONG_PIN);
    EXPECT(is_code(&error, "MC-1027"));
    BAD(mynacard_card_face(NULL, NULL, BYTES(number), BYTES(authorities), NULL, &photo, NULL, NULL, NULL, NULL));
    BAD(mynacard_card_face(card, NULL, NULL, 16, BYTES(authorities), NULL, &photo, NULL, NULL, NULL, NULL));
    BAD(mynacard_card_face(card, NULL, BYTES("1980"), BYTES(authorities), NULL, &photo, NULL, NULL, NULL, NULL));
    BAD(mynacard_card_face(card, NULL, BYTES(number), NULL, 9, NULL, &photo, NULL, NULL, NULL, NULL));
    BAD(mynacard_card_face(card, NULL, BYTES(number), NULL, 0, NULL, &photo, NULL, NULL, NULL, NULL));
    EXPECT(photo == NULL && name == NULL && address == NULL && json == NULL);
}

static void change(void)
{
    mynacard_card *card = virtual_card("kyokai-self");
    mynacard_error *error = NULL;
    for (int32_t which = MYNACARD_CARD_PIN_AUTHENTICATION; which <= MYNACARD_CARD_PIN_INPUT_SUPPORT; which++) {
        mynacard_pin *old = pin_of("1234"), *new = pin_of("5678"), *empty = NULL;
        mynacard_buffer *json = NULL;
        OK(mynacard_card_change_pin(card, which, old, new, NULL, NULL));
        EXPECT(mynacard_pin_length(old) == 0 && mynacard_pin_length(new) == 0);
        mynacard_pin_free(old);
        mynacard_pin_free(new);
        old = pin_of("1234"), new = pin_of("5678");
        IS(mynacard_card_change_pin(card, which, old, new, NULL, &error), MYNACARD_STATUS_WRONG_PIN);
        EXPECT(is_code(&error, "MC-1003"));
        mynacard_pin_free(old);
        mynacard_pin_free(new);
        old = pin_of("5678"), new = pin_of("1234");
        /* A new PIN that is none: nothing is sent, and both are gone. */
        OK(mynacard_pin_new(NULL, 0, &empty, NULL));
        IS(mynacard_card_change_pin(card, which, old, empty, NULL, NULL), MYNACARD_STATUS_MALFORMED_PIN);
        EXPECT(mynacard_pin_length(old) == 0);
        BAD(mynacard_card_change_pin(NULL, which, old, new, NULL, NULL));
        BAD(mynacard_card_change_pin(card, which, NULL, new, NULL, NULL));
        EXPECT(mynacard_pin_length(new) == 0); /* taken together */
        BAD(mynacard_card_change_pin(card, 2, old, new, NULL, NULL));
        mynacard_pin_free(old);
        mynacard_pin_free(new);
        old = pin_of("5678"), new = pin_of("1234");
        OK(mynacard_card_change_pin(card, which, old, new, NULL, NULL));
        mynacard_pin_free(old);
        mynacard_pin_free(new);
        OK(mynacard_pin_free(empty));
        OK(mynacard_card_status_json(card, NULL, &json, NULL));
        EXPECT(take(&json, which == MYNACARD_CARD_PIN_AUTHENTICATION ? "\"authentication\":3" : "\"input-support\":3"));
    }
    OK(mynacard_card_free(card));
}

static void traces(void)
{
    mynacard_card *card = virtual_card("kyokai-self"), *replayed = NULL;
    mynacard_buffer *trace = NULL, *json = NULL, *attributes = NULL;
    mynacard_pin *pin = pin_of("1234");
    mynacard_error *error = NULL;
    IS(mynacard_card_record(card, 0, &trace, NULL), MYNACARD_STATUS_CALLER);
    OK(mynacard_card_record(card, 1, NULL, NULL));
    OK(mynacard_card_status_json(card, NULL, &json, NULL));
    mynacard_buffer_free(json);
    OK(mynacard_card_attributes_json(card, pin, NULL, 0, NULL, &attributes, NULL));
    BAD(mynacard_card_record(card, 0, NULL, NULL));
    OK(mynacard_card_record(card, 0, &trace, NULL));
    IS(mynacard_card_record(card, 0, &json, NULL), MYNACARD_STATUS_CALLER);
    BAD(mynacard_card_record(NULL, 1, NULL, NULL));
    BAD(mynacard_card_record(card, 2, NULL, NULL));
    EXPECT(has(trace, "\"event\":\"begin\"") && has(trace, "\"header\":\"00200091\""));
    /* Neither the PIN nor anything about the holder is in it. */
    EXPECT(strstr((const char *)mynacard_buffer_data(trace), "31323334") == NULL);
    EXPECT(strstr((const char *)mynacard_buffer_data(trace), "E58CBBE79982") == NULL);
    mynacard_buffer_free(attributes);
    mynacard_pin_free(pin);

    OK(mynacard_card_from_trace(mynacard_buffer_data(trace), mynacard_buffer_size(trace), &replayed, NULL));
    OK(mynacard_card_status_json(replayed, NULL, &json, NULL));
    EXPECT(take(&json, "\"authentication\":3"));
    /* Another dialogue than the recorded one. */
    EXPECT(mynacard_card_certificate(replayed, NULL, &json, &error) != MYNACARD_STATUS_OK);
    mynacard_error_free(error);
    error = NULL;
    OK(mynacard_card_free(replayed));
    replayed = NULL;
    IS(mynacard_card_from_trace(BYTES("{}"), &replayed, &error), MYNACARD_STATUS_INPUT);
    EXPECT(is_code(&error, "MC-1024"));
    BAD(mynacard_card_from_trace(NULL, 2, &replayed, NULL));
    BAD(mynacard_card_from_trace(mynacard_buffer_data(trace), mynacard_buffer_size(trace), NULL, NULL));
    EXPECT(replayed == NULL && json == NULL);
    mynacard_buffer_free(trace);
    OK(mynacard_card_free(card));
}

int main(void)
{
    mynacard_answer *read = answer();
    mynacard_card *card = virtual_card("kyokai-self");
    versions();
    identifiers();
    guidance();
    shapes(read);
    charts(read);
    checkups(read);
    certificates(card);
    status(card);
    attributes(card);
    face(card);
    change();
    traces();
    OK(mynacard_card_free(card));
    OK(mynacard_answer_free(read));
    if (failures == 0) {
        printf("done\n");
    }
    return failures == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
