/* The folders of a terminal, looked after: files that cannot be read and who they are of, a face folder whose files come until they are
 * taken, requests about many people and what their answers say. Prints "done" when all is as promised. */
#define _GNU_SOURCE /* memmem */
#include <sys/stat.h>
#include <unistd.h>

#include "surface.h"

static char folder[2048];

static const char ANSWER[] =
    "<?xml version=\"1.0\" encoding=\"UTF-8\"?><XmlMsg><MessageHeader><SegmentOfResult>1</SegmentOfResult></MessageHeader><MessageBody>"
    "<ProcessingResultStatus>1</ProcessingResultStatus><QualificationValidity>1</QualificationValidity>"
    "<ResultList><ResultOfQualificationConfirmation><InsurerNumber>06130488</InsurerNumber>"
    "</ResultOfQualificationConfirmation></ResultList></MessageBody></XmlMsg>";

static void place(char *path, size_t size, const char *name)
{
    snprintf(path, size, "%s/%s", folder, name);
    mkdir(path, 0700);
}

static void write_file(const char *in, const char *name, const char *text)
{
    char path[4096], part[4096];
    FILE *file;
    snprintf(path, sizeof path, "%s/%s", in, name);
    snprintf(part, sizeof part, "%s/%s.part", in, name);
    file = fopen(part, "wb");
    EXPECT(file != NULL && fputs(text, file) >= 0);
    if (file != NULL) {
        fclose(file);
    }
    EXPECT(rename(part, path) == 0);
}

/* The answer to a request, under the name that it must have. */
static void answered(const char *res, const char *request, const char *text)
{
    char name[512], *kind;
    snprintf(name, sizeof name, "%s", request);
    kind = strstr(name, "req_");
    EXPECT(kind != NULL);
    if (kind != NULL) {
        memcpy(kind, "res_", 4);
        write_file(res, name, text);
    }
}

/* Whose file an error is about. */
static int is_about(mynacard_error **error, const char *name)
{
    mynacard_buffer *subject = NULL;
    int same;
    OK(mynacard_error_text(*error, MYNACARD_ERROR_ITEM_SUBJECT, MYNACARD_LANGUAGE_JAPANESE, MYNACARD_ENCODING_UTF8, &subject));
    same = mynacard_buffer_size(subject) == strlen(name) && has(subject, name);
    mynacard_buffer_free(subject);
    mynacard_error_free(*error);
    *error = NULL;
    return same;
}

static void submit(mynacard_folder *exchange, const char *ask, char *name, size_t size)
{
    mynacard_buffer *buffer = NULL;
    name[0] = 0;
    OK(mynacard_folder_submit(exchange, BYTES(ask), &buffer, NULL));
    if (buffer != NULL) {
        snprintf(name, size, "%s", (const char *)mynacard_buffer_data(buffer));
    }
    mynacard_buffer_free(buffer);
}

struct people {
    int count, most, destroyed;
    mynacard_folder *own;
    mynacard_status reentry;
};

static int32_t on_person(void *userdata, const uint8_t *json, size_t json_size)
{
    struct people *people = userdata;
    mynacard_buffer *other = NULL;
    char text[4096];
    EXPECT(json_size < sizeof text && memmem(json, json_size, "\"number\":", 9) != NULL);
    snprintf(text, sizeof text, "%.*s", (int)json_size, (const char *)json);
    EXPECT(strstr(text, "\"answer\":{") != NULL && strstr(text, "06130488") != NULL);
    people->reentry = mynacard_folder_manage(people->own, BYTES("{\"do\":\"requests\"}"), NULL, NULL, &other, NULL);
    return ++people->count >= people->most;
}

static void on_people_end(void *userdata) { ((struct people *)userdata)->destroyed++; }

static void exchange(void)
{
    static const char ONE[] = "{\"institution\":\"1312345679\",\"insurer\":\"06130488\",\"number\":\"12345\",\"birth\":\"19800217\"}";
    static const char BULK[] = "{\"do\":\"bulk\",\"institution\":\"1312345679\",\"people\":[{\"insurer\":\"06130488\",\"number\":\"1\",\"birth\":\"19800217\"},"
                               "{\"insurer\":\"06130488\",\"number\":\"2\",\"birth\":\"19800217\"}]}";
    static const char DOWNLOAD[] = "{\"do\":\"download\",\"institution\":\"1312345679\",\"of\":\"bulk\",\"reception_number\":\"00000000000000000001\"}";
    static const char ACCEPTED[] = "<?xml version=\"1.0\" encoding=\"UTF-8\"?><XmlMsg><MessageHeader><SegmentOfResult>2</SegmentOfResult>"
                                   "<ReceptionNumber>00000000000000000001</ReceptionNumber></MessageHeader><MessageBody/></XmlMsg>";
    static const char MANY[] =
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><XmlMsg><MessageHeader><SegmentOfResult>1</SegmentOfResult></MessageHeader><MessageBody>"
        "<BulkConfirmUnit><ResultList><ResultOfQualificationConfirmation><InsurerNumber>06130488</InsurerNumber></ResultOfQualificationConfirmation></ResultList></BulkConfirmUnit>"
        "<BulkConfirmUnit><ResultList><ResultOfQualificationConfirmation><InsurerNumber>06130488</InsurerNumber></ResultOfQualificationConfirmation></ResultList></BulkConfirmUnit>"
        "</MessageBody></XmlMsg>";
    mynacard_exchange folders = MYNACARD_EXCHANGE_INIT;
    mynacard_folder *exchange = NULL;
    mynacard_answer *answer = NULL;
    mynacard_buffer *json = NULL, *named = NULL;
    mynacard_error *error = NULL;
    struct people people = { 0, 100, 0, NULL, MYNACARD_STATUS_OK };
    mynacard_patients table = MYNACARD_PATIENTS_INIT;
    char req[3072], res[3072], journal[3072], name[512], bulk[512], read[600];
    place(req, sizeof req, "req");
    place(res, sizeof res, "res");
    place(journal, sizeof journal, "journal");
    folders.req = (const uint8_t *)req, folders.req_size = strlen(req);
    folders.res = (const uint8_t *)res, folders.res_size = strlen(res);
    folders.journal = (const uint8_t *)journal, folders.journal_size = strlen(journal);
    folders.patience_ms = 1;
    OK(mynacard_folder_exchange(&folders, &exchange, NULL));
    people.own = exchange;

    /* An answer that is none: its request is told, and can be given up. */
    submit(exchange, ONE, name, sizeof name);
    answered(res, name, "<XmlMsg>");
    IS(mynacard_folder_next(exchange, 20000, NULL, &answer, &named, &error), MYNACARD_STATUS_INPUT);
    EXPECT(answer == NULL && named == NULL && is_about(&error, name));
    OK(mynacard_folder_finish(exchange, BYTES(name), 1, NULL));
    OK(mynacard_folder_manage(exchange, BYTES("{\"do\":\"requests\"}"), NULL, NULL, &json, NULL));
    EXPECT(has(json, name) && take(&json, "\"state\":\"abandoned\""));
    OK(mynacard_folder_manage(exchange, BYTES("{\"do\":\"prune\",\"before\":4000000000}"), NULL, NULL, &json, NULL));
    EXPECT(take(&json, "{\"requests\":[]}"));

    /* Many people: a number first, then, with that, their answers. */
    submit(exchange, BULK, bulk, sizeof bulk);
    EXPECT(strncmp(bulk, "OQSmuquc01req_", 14) == 0);
    answered(res, bulk, ACCEPTED);
    OK(mynacard_folder_next(exchange, 20000, NULL, &answer, &named, NULL));
    EXPECT(answer == NULL && take(&named, bulk));
    snprintf(read, sizeof read, "{\"do\":\"read\",\"name\":\"%s\"}", bulk);
    OK(mynacard_folder_manage(exchange, BYTES(read), NULL, NULL, &json, NULL));
    EXPECT(has(json, "\"outcome\":\"in-progress\"") && has(json, "\"people\":0") && take(&json, "\"reception_number\":\"00000000000000000001\""));
    OK(mynacard_folder_finish(exchange, BYTES(bulk), 0, NULL));
    IS(mynacard_folder_manage(exchange, BYTES(read), NULL, NULL, &json, NULL), MYNACARD_STATUS_CALLER);
    submit(exchange, DOWNLOAD, name, sizeof name);
    EXPECT(strncmp(name, "OQSmuquc02req_", 14) == 0);
    answered(res, name, MANY);
    OK(mynacard_folder_next(exchange, 20000, NULL, &answer, NULL, NULL));
    snprintf(read, sizeof read, "{\"do\":\"read\",\"name\":\"%s\"}", name);
    table.userdata = &people;
    table.destroy = on_people_end;
    BAD(mynacard_folder_manage(exchange, BYTES(read), &table, NULL, &json, NULL)); /* no function */
    table.patient = on_person;
    BAD(mynacard_folder_manage(exchange, BYTES("{\"do\":\"requests\"}"), &table, NULL, &json, NULL));
    EXPECT(people.destroyed == 0);
    OK(mynacard_folder_manage(exchange, BYTES(read), &table, NULL, &json, NULL));
    EXPECT(has(json, "\"outcome\":\"finished\"") && take(&json, "\"people\":2"));
    EXPECT(people.count == 2 && people.destroyed == 1);
    IS(people.reentry, MYNACARD_STATUS_REENTRANT);
    people.count = 0;
    people.most = 1;
    IS(mynacard_folder_manage(exchange, BYTES(read), &table, NULL, &json, NULL), MYNACARD_STATUS_CANCELLED);
    EXPECT(people.count == 1 && people.destroyed == 2);
    {
        mynacard_cancel *cancel = NULL;
        OK(mynacard_cancel_new(&cancel, NULL));
        OK(mynacard_cancel_cancel(cancel));
        people.count = 0;
        EXPECT(mynacard_folder_manage(exchange, BYTES(read), &table, cancel, &json, NULL) != MYNACARD_STATUS_OK && people.count == 0);
        OK(mynacard_cancel_free(cancel));
    }
    BAD(mynacard_folder_manage(exchange, BYTES("{\"do\":\"dance\"}"), NULL, NULL, &json, NULL));
    BAD(mynacard_folder_manage(exchange, NULL, 3, NULL, NULL, &json, NULL));
    BAD(mynacard_folder_manage(exchange, BYTES("{\"do\":\"requests\"}"), NULL, NULL, NULL, NULL));
    BAD(mynacard_folder_manage(NULL, BYTES("{\"do\":\"requests\"}"), NULL, NULL, &json, NULL));
    IS(mynacard_folder_manage(exchange, BYTES("{\"do\":\"read\",\"name\":\"OQSsiquc01req_none.xml\"}"), NULL, NULL, &json, NULL), MYNACARD_STATUS_CALLER);
    EXPECT(json == NULL);
    OK(mynacard_folder_free(exchange));

    /* After a restart it is still known what is open. */
    exchange = NULL;
    OK(mynacard_folder_exchange(&folders, &exchange, NULL));
    OK(mynacard_folder_manage(exchange, BYTES("{\"do\":\"requests\"}"), NULL, NULL, &json, NULL));
    EXPECT(has(json, name) && take(&json, "\"state\":\"waiting\""));
    OK(mynacard_folder_free(exchange));

    /* An answer that is longer than what is allowed. */
    exchange = NULL;
    folders.max_answer = 64;
    OK(mynacard_folder_exchange(&folders, &exchange, NULL));
    IS(mynacard_folder_next(exchange, 20000, NULL, &answer, &named, &error), MYNACARD_STATUS_INPUT);
    EXPECT(is_about(&error, name));
    OK(mynacard_folder_free(exchange));
    folders.reserved = 1;
    IS(mynacard_folder_exchange(&folders, &exchange, NULL), MYNACARD_STATUS_UNKNOWN_OPTION);
}

static void faces(void)
{
    static const char FIRST[] = "OQSsiquc01res_face_A1_20261120103000.xml", SECOND[] = "OQSsiquc01res_face_A2_20261120103100.xml";
    mynacard_exchange folders = MYNACARD_EXCHANGE_INIT;
    mynacard_folder *faces = NULL;
    mynacard_answer *answer = NULL;
    mynacard_buffer *name = NULL, *json = NULL;
    mynacard_error *error = NULL;
    char face[3072], journal[3072];
    place(face, sizeof face, "faces");
    place(journal, sizeof journal, "taken");
    write_file(face, FIRST, ANSWER);
    folders.face = (const uint8_t *)face, folders.face_size = strlen(face);
    folders.patience_ms = 1;
    BAD(mynacard_folder_exchange(&folders, &faces, NULL)); /* no journal */
    folders.journal = (const uint8_t *)journal, folders.journal_size = strlen(journal);
    folders.req = folders.face, folders.req_size = folders.face_size;
    BAD(mynacard_folder_exchange(&folders, &faces, NULL));
    folders.req = NULL, folders.req_size = 0;
    folders.existing = 2;
    BAD(mynacard_folder_exchange(&folders, &faces, NULL));
    folders.existing = 1;
    /* It comes, and after a restart again: nobody said that it was taken. */
    for (int i = 0; i < 2; i++) {
        OK(mynacard_folder_exchange(&folders, &faces, NULL));
        OK(mynacard_folder_next(faces, 20000, NULL, &answer, &name, NULL));
        EXPECT(take(&name, FIRST));
        OK(mynacard_answer_free(answer));
        if (i == 1) {
            BAD(mynacard_folder_finish(faces, BYTES("no-face"), 0, NULL));
            OK(mynacard_folder_finish(faces, BYTES(FIRST), 0, NULL));
        }
        OK(mynacard_folder_free(faces));
    }
    /* Now it is, and the next one cannot be read: it is told which, and it is given up. */
    write_file(face, SECOND, "<XmlMsg>");
    for (int i = 0; i < 2; i++) {
        OK(mynacard_folder_exchange(&folders, &faces, NULL));
        answer = NULL;
        if (i == 0) {
            IS(mynacard_folder_next(faces, 20000, NULL, &answer, &name, &error), MYNACARD_STATUS_INPUT);
            EXPECT(is_about(&error, SECOND));
            OK(mynacard_folder_finish(faces, BYTES(SECOND), 1, NULL));
        } else {
            IS(mynacard_folder_next(faces, 1500, NULL, &answer, &name, NULL), MYNACARD_STATUS_TIMEOUT);
        }
        IS(mynacard_folder_manage(faces, BYTES("{\"do\":\"requests\"}"), NULL, NULL, &json, NULL), MYNACARD_STATUS_CALLER);
        OK(mynacard_folder_free(faces));
    }
    OK(mynacard_folder_open(BYTES(face), 1, &faces, NULL));
    IS(mynacard_folder_finish(faces, BYTES(FIRST), 0, NULL), MYNACARD_STATUS_CALLER);
    OK(mynacard_folder_free(faces));
}

int main(int argc, char **argv)
{
    if (argc < 2) {
        return EXIT_FAILURE;
    }
    snprintf(folder, sizeof folder, "%s", argv[1]);
    exchange();
    faces();
    if (failures == 0) {
        printf("done\n");
    }
    return failures == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
