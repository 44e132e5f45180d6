/* Every function that needs a service, called for what it does: a terminal's life, the audit trail, consents and what they allow,
 * the face at a visual check, the exchange of folders, the look at everything, the log. Prints "done" when all is as promised. */
#define _GNU_SOURCE /* memmem */
#include <dirent.h>
#include <pthread.h>
#include <signal.h>
#include <stddef.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>
#include <time.h>

#include "surface.h"

static mynacard_sandbox *sandbox;
static mynacard_service service = MYNACARD_SERVICE_INIT;
static char folder[2048];
static int brief; /* under a tool that makes passcodes slow: each of them once */

struct book {
    int shown, dropped, refused, asked, refuse, destroyed;
};

static int32_t on_event(void *userdata, const uint8_t *json, size_t json_size)
{
    struct book *book = userdata;
    char event[1024];
    EXPECT(json_size < sizeof event);
    memcpy(event, json, json_size);
    event[json_size] = 0;
    book->shown += strstr(event, "\"event\":\"shown\"") != NULL;
    book->dropped += strstr(event, "\"event\":\"dropped\"") != NULL;
    book->refused += strstr(event, "\"event\":\"refused\"") != NULL;
    book->asked += strstr(event, "\"event\":\"asked\"") != NULL;
    return book->refuse;
}

static void on_destroy(void *userdata) { ((struct book *)userdata)->destroyed++; }

static mynacard_card *virtual_card(const char *person)
{
    mynacard_transport functions = MYNACARD_TRANSPORT_INIT;
    mynacard_card *card = NULL;
    EXPECT(mynacard_sandbox_card(person, 1, &functions) == 0);
    OK(mynacard_card_from_transport(&functions, &card, NULL));
    return card;
}

/* The answer to the registration gets lost: the same call gets the terminal, with the code that is spent already. */
static mynacard_terminal *registered(const char *path, mynacard_sandbox_activation *user)
{
    mynacard_registration registration = MYNACARD_REGISTRATION_INIT;
    mynacard_terminal *terminal = NULL;
    mynacard_error *error = NULL;
    EXPECT(mynacard_sandbox_issue_activation(sandbox, user) == 0);
    registration.institution_code = (const uint8_t *)user->institution_code;
    registration.institution_code_size = strlen(user->institution_code);
    registration.id = (const uint8_t *)user->id;
    registration.id_size = strlen(user->id);
    registration.activation_code = (const uint8_t *)user->activation_code;
    registration.activation_code_size = strlen(user->activation_code);
    registration.path = (const uint8_t *)path;
    registration.path_size = strlen(path);
    registration.passcode = (const uint8_t *)"a long passcode";
    registration.passcode_size = 15;
    BAD(mynacard_terminal_register(&service, &registration, NULL, &terminal, NULL)); /* the terms */
    registration.terms_accepted = 1;
    BAD(mynacard_terminal_register(NULL, &registration, NULL, &terminal, NULL));
    BAD(mynacard_terminal_register(&service, NULL, NULL, &terminal, NULL));
    BAD(mynacard_terminal_register(&service, &registration, NULL, NULL, NULL));
    registration.struct_size = offsetof(mynacard_registration, terms_accepted);
    IS(mynacard_terminal_register(&service, &registration, NULL, &terminal, NULL), MYNACARD_STATUS_STRUCT_SIZE);
    registration.struct_size = sizeof registration;
    EXPECT(mynacard_sandbox_suffer(sandbox, "cut:0") == 0 && mynacard_sandbox_suffer(sandbox, "no-such") == -1);
    EXPECT(mynacard_terminal_register(&service, &registration, NULL, &terminal, &error) != MYNACARD_STATUS_OK);
    EXPECT(terminal == NULL && is_code(&error, "MC-6013"));
    EXPECT(mynacard_sandbox_suffer(sandbox, "none") == 0);
    OK(mynacard_terminal_register(&service, &registration, NULL, &terminal, NULL));
    /* It is kept: once more is one too many. */
    IS(mynacard_terminal_register(&service, &registration, NULL, &(mynacard_terminal *){ NULL }, &error), MYNACARD_STATUS_CALLER);
    mynacard_error_free(error);
    return terminal;
}

/* The disk is full for the terminal, though not for an empty vault: the activation code is spent, so the same call must go again. */
static void full_disk(void)
{
    struct rlimit before, small;
    mynacard_sandbox_activation user;
    mynacard_terminal *terminal = NULL, *opened = NULL;
    const char *code = user.institution_code, *id = user.id, *activation = user.activation_code;
    char path[3072];
    snprintf(path, sizeof path, "%s/full.vault", folder);
    EXPECT(mynacard_sandbox_issue_activation(sandbox, &user) == 0);
    OK(mynacard_terminal_activate(&service, BYTES(code), BYTES(id), BYTES(activation), 1, NULL, &terminal, NULL));
    signal(SIGXFSZ, SIG_IGN);
    EXPECT(getrlimit(RLIMIT_FSIZE, &before) == 0);
    small = before;
    small.rlim_cur = 600;
    EXPECT(setrlimit(RLIMIT_FSIZE, &small) == 0);
    IS(mynacard_terminal_store(terminal, BYTES(path), BYTES("a long passcode"), NULL), MYNACARD_STATUS_ENVIRONMENT);
    EXPECT(setrlimit(RLIMIT_FSIZE, &before) == 0);
    EXPECT(access(path, F_OK) != 0);
    OK(mynacard_terminal_store(terminal, BYTES(path), BYTES("a long passcode"), NULL));
    OK(mynacard_terminal_open(BYTES(path), BYTES("a long passcode"), &opened, NULL));
    OK(mynacard_terminal_free(opened));
    OK(mynacard_terminal_free(terminal));
    /* Somebody else's file is never taken away. */
    terminal = opened = NULL;
    EXPECT(mynacard_sandbox_issue_activation(sandbox, &user) == 0);
    OK(mynacard_terminal_activate(&service, BYTES(code), BYTES(id), BYTES(activation), 1, NULL, &terminal, NULL));
    IS(mynacard_terminal_store(terminal, BYTES(path), BYTES("a long passcode"), NULL), MYNACARD_STATUS_CALLER);
    EXPECT(access(path, F_OK) == 0);
    OK(mynacard_terminal_free(terminal));
}

static void managed(mynacard_terminal *terminal, const char *path, const char *audit)
{
    mynacard_sandbox_activation user;
    mynacard_terminal *bare = NULL, *opened = NULL;
    mynacard_buffer *json = NULL;
    const char *code = user.institution_code, *id = user.id, *activation = user.activation_code;
    OK(mynacard_terminal_json(terminal, &json, NULL));
    EXPECT(has(json, "\"kept\":true") && take(&json, "\"visual_check\":\"off\""));
    OK(mynacard_terminal_manage(terminal, NULL, MYNACARD_TERMINAL_ACTION_VISUAL_ON, BYTES(audit), NULL, &json, NULL));
    EXPECT(take(&json, "\"visual_check\":\"on\""));
    OK(mynacard_terminal_manage(terminal, NULL, MYNACARD_TERMINAL_ACTION_VISUAL_OFF, NULL, 0, NULL, &json, NULL));
    EXPECT(take(&json, "\"visual_check\":\"off\""));
    OK(mynacard_terminal_manage(terminal, &service, MYNACARD_TERMINAL_ACTION_RENEW, NULL, 0, NULL, &json, NULL));
    EXPECT(take(&json, "\"kept\":true"));
    BAD(mynacard_terminal_manage(terminal, NULL, MYNACARD_TERMINAL_ACTION_RENEW, NULL, 0, NULL, &json, NULL));
    BAD(mynacard_terminal_manage(terminal, NULL, MYNACARD_TERMINAL_ACTION_REMOVE, NULL, 0, NULL, &json, NULL));
    BAD(mynacard_terminal_manage(terminal, &service, 4, NULL, 0, NULL, &json, NULL));
    BAD(mynacard_terminal_manage(NULL, &service, MYNACARD_TERMINAL_ACTION_RENEW, NULL, 0, NULL, &json, NULL));
    BAD(mynacard_terminal_manage(terminal, NULL, MYNACARD_TERMINAL_ACTION_VISUAL_ON, NULL, 3, NULL, &json, NULL));
    BAD(mynacard_terminal_manage(terminal, NULL, MYNACARD_TERMINAL_ACTION_VISUAL_ON, NULL, 0, NULL, NULL, NULL));
    if (brief) {
        return;
    }
    /* The same path again is another passcode. */
    OK(mynacard_terminal_store(terminal, BYTES(path), BYTES("another passcode"), NULL));
    IS(mynacard_terminal_open(BYTES(path), BYTES("a long passcode"), &opened, NULL), MYNACARD_STATUS_CALLER);
    OK(mynacard_terminal_open(BYTES(path), BYTES("another passcode"), &opened, NULL));
    OK(mynacard_terminal_free(opened));
    /* Nothing is managed of a terminal that is kept nowhere. */
    EXPECT(mynacard_sandbox_issue_activation(sandbox, &user) == 0);
    OK(mynacard_terminal_activate(&service, BYTES(code), BYTES(id), BYTES(activation), 1, NULL, &bare, NULL));
    IS(mynacard_terminal_manage(bare, &service, MYNACARD_TERMINAL_ACTION_RENEW, NULL, 0, NULL, &json, NULL), MYNACARD_STATUS_CALLER);
    OK(mynacard_terminal_json(bare, &json, NULL));
    EXPECT(has(json, "\"kept\":false") && take(&json, "\"visual_check\":null"));
    OK(mynacard_terminal_free(bare));
    EXPECT(json == NULL);
    full_disk();
}

struct keys {
    int asked, refuse, destroyed;
    mynacard_status reentry;
};

static int32_t on_key(void *userdata, const uint8_t *vault_id, uint8_t *key)
{
    struct keys *keys = userdata;
    keys->asked++;
    keys->reentry = mynacard_key_store_set(NULL, NULL);
    memcpy(key, vault_id, 16);
    memset(key + 16, 7, 16);
    return keys->refuse;
}

static void on_keys_end(void *userdata) { ((struct keys *)userdata)->destroyed++; }

/* A vault whose key the operating system keeps, and none where nothing keeps it. */
static void keys(void)
{
    mynacard_sandbox_activation user;
    mynacard_terminal *terminal = NULL;
    const char *code = user.institution_code, *id = user.id, *activation = user.activation_code;
    struct keys keys = { 0, 0, 0, MYNACARD_STATUS_OK };
    mynacard_key_store store = MYNACARD_KEY_STORE_INIT;
    mynacard_terminal *opened = NULL;
    mynacard_error *error = NULL;
    char path[3072];
    snprintf(path, sizeof path, "%s/keys.vault", folder);
    EXPECT(mynacard_sandbox_issue_activation(sandbox, &user) == 0);
    OK(mynacard_terminal_activate(&service, BYTES(code), BYTES(id), BYTES(activation), 1, NULL, &terminal, NULL));
    IS(mynacard_terminal_store(terminal, BYTES(path), NULL, 0, NULL), MYNACARD_STATUS_CALLER);
    store.userdata = &keys;
    store.destroy = on_keys_end;
    BAD(mynacard_key_store_set(&store, NULL)); /* no function */
    store.key = on_key;
    store.struct_size--;
    IS(mynacard_key_store_set(&store, NULL), MYNACARD_STATUS_STRUCT_SIZE);
    store.struct_size++;
    EXPECT(keys.destroyed == 0);
    OK(mynacard_key_store_set(&store, NULL));
    keys.refuse = 1;
    IS(mynacard_terminal_store(terminal, BYTES(path), NULL, 0, &error), MYNACARD_STATUS_ENVIRONMENT);
    EXPECT(is_code(&error, "MC-5209") && keys.asked == 1);
    EXPECT(access(path, F_OK) != 0);
    keys.refuse = 0;
    OK(mynacard_terminal_store(terminal, BYTES(path), NULL, 0, NULL));
    OK(mynacard_terminal_open(BYTES(path), NULL, 0, &opened, NULL));
    IS(keys.reentry, MYNACARD_STATUS_REENTRANT);
    OK(mynacard_terminal_free(opened));
    opened = NULL;
    keys.refuse = 1;
    EXPECT(mynacard_terminal_open(BYTES(path), NULL, 0, &opened, NULL) != MYNACARD_STATUS_OK && opened == NULL);
    EXPECT(keys.destroyed == 0);
    OK(mynacard_key_store_set(NULL, NULL));
    EXPECT(keys.destroyed == 1);
    IS(mynacard_terminal_open(BYTES(path), NULL, 0, &opened, NULL), MYNACARD_STATUS_CALLER);
    EXPECT(opened == NULL);
    OK(mynacard_terminal_free(terminal));
}

/* A desk with its own patience: the whole check must be over in a moment, and a confirmation is good for a moment only. */
static void impatient(const mynacard_terminal *terminal, mynacard_card *card)
{
    mynacard_desk_options options = MYNACARD_DESK_OPTIONS_INIT;
    mynacard_ask ask = MYNACARD_ASK_INIT;
    mynacard_desk *desk = NULL;
    mynacard_check *check = NULL;
    mynacard_answer *answer = NULL;
    mynacard_error *error = NULL;
    mynacard_pin *pin = pin_of("1234");
    options.visual_check = 1;
    options.confirmation_life_ms = 1;
    OK(mynacard_desk_open(&service, terminal, &options, NULL, &desk, NULL));
    ask.method = MYNACARD_METHOD_VISUAL;
    OK(mynacard_desk_prepare(desk, &ask, NULL, &check, NULL));
    OK(mynacard_check_tap(check, card, NULL, NULL));
    OK(mynacard_check_confirm(check, BYTES("staff-07"), NULL));
    nanosleep(&(struct timespec){ 0, 20 * 1000 * 1000 }, NULL);
    EXPECT(mynacard_check_by_sight(check, card, NULL, &answer, &error) != MYNACARD_STATUS_OK && answer == NULL);
    EXPECT(is_code(&error, "MC-5023"));
    OK(mynacard_check_free(check));
    OK(mynacard_desk_free(desk));
    desk = NULL;
    check = NULL;
    options.confirmation_life_ms = 0;
    options.patience_ms = 1;
    OK(mynacard_desk_open(&service, terminal, &options, NULL, &desk, NULL));
    OK(mynacard_desk_prepare(desk, NULL, NULL, &check, NULL));
    EXPECT(mynacard_check_by_pin(check, card, pin, NULL, &answer, &error) != MYNACARD_STATUS_OK && answer == NULL);
    mynacard_error_free(error);
    OK(mynacard_check_free(check));
    OK(mynacard_desk_free(desk));
    OK(mynacard_pin_free(pin));
}

static mynacard_desk *opened(mynacard_terminal *terminal, const char *audit, struct book *book)
{
    mynacard_desk_options options = MYNACARD_DESK_OPTIONS_INIT;
    mynacard_audit table = MYNACARD_AUDIT_INIT;
    mynacard_desk *desk = NULL;
    options.visual_check = 1;
    options.audit_folder = (const uint8_t *)audit;
    options.audit_folder_size = strlen(audit);
    options.audit = &table;
    table.userdata = book;
    table.destroy = on_destroy;
    BAD(mynacard_desk_open(&service, terminal, &options, NULL, &desk, NULL)); /* no function */
    table.event = on_event;
    table.struct_size--;
    IS(mynacard_desk_open(&service, terminal, &options, NULL, &desk, NULL), MYNACARD_STATUS_STRUCT_SIZE);
    table.struct_size++;
    EXPECT(desk == NULL && book->destroyed == 0);
    OK(mynacard_desk_open(&service, terminal, &options, NULL, &desk, NULL));
    return desk;
}

/* A check of home visits, whose consents the card signs. */
static mynacard_answer *checked(mynacard_desk *desk, mynacard_card *card, struct book *book)
{
    mynacard_ask ask = MYNACARD_ASK_INIT;
    mynacard_check *check = NULL;
    mynacard_answer *answer = NULL;
    mynacard_error *error = NULL;
    mynacard_buffer *json = NULL;
    mynacard_pin *pin = pin_of("9999");
    ask.purpose = MYNACARD_PURPOSE_VISITING;
    ask.consents = 16;
    BAD(mynacard_desk_prepare(desk, &ask, NULL, &check, NULL));
    ask.consents = MYNACARD_CONSENT_MEDICINES | MYNACARD_CONSENT_TREATMENT;
    OK(mynacard_desk_prepare(desk, &ask, NULL, &check, NULL));
    IS(mynacard_check_by_pin(check, card, pin, NULL, &answer, &error), MYNACARD_STATUS_WRONG_PIN);
    mynacard_error_free(error);
    EXPECT(book->refused == 1 && book->shown == 0);
    mynacard_check_free(check);
    mynacard_pin_free(pin);
    pin = pin_of("1234");
    OK(mynacard_desk_prepare(desk, &ask, NULL, &check, NULL));
    /* What cannot be written down is not shown. */
    book->refuse = 1;
    EXPECT(mynacard_check_by_pin(check, card, pin, NULL, &answer, &error) != MYNACARD_STATUS_OK && answer == NULL);
    EXPECT(is_code(&error, "MC-5401"));
    book->refuse = 0;
    book->shown = 0;
    mynacard_check_free(check);
    mynacard_pin_free(pin);
    pin = pin_of("1234");
    OK(mynacard_desk_prepare(desk, &ask, NULL, &check, NULL));
    OK(mynacard_check_by_pin(check, card, pin, NULL, &answer, NULL));
    EXPECT(book->shown == 1 && book->dropped == 0);
    OK(mynacard_answer_check_json(answer, &json, NULL));
    EXPECT(has(json, "\"evidence\":\"online-pin\"") && take(&json, "\"guidance\":[{"));
    OK(mynacard_check_free(check));
    OK(mynacard_pin_free(pin));
    return answer;
}

/* A line that the other side closes ends no program: the threads of the network do not hear SIGPIPE. */
static void without_pipe_signal(void)
{
    DIR *threads = opendir("/proc/self/task");
    const struct dirent *entry;
    int seen = 0;
    EXPECT(threads != NULL);
    while (threads != NULL && (entry = readdir(threads)) != NULL) {
        char path[512], line[256], name[64] = "";
        FILE *file;
        snprintf(path, sizeof path, "/proc/self/task/%s/status", entry->d_name);
        file = fopen(path, "r");
        while (file != NULL && fgets(line, sizeof line, file) != NULL) {
            unsigned long long blocked = 0;
            sscanf(line, "Name: %63s", name);
            if (sscanf(line, "SigBlk: %llx", &blocked) == 1 && strncmp(name, "mynacard", 8) == 0) {
                EXPECT((blocked >> (SIGPIPE - 1) & 1) == 1);
                seen++;
            }
        }
        if (file != NULL) {
            fclose(file);
        }
    }
    if (threads != NULL) {
        closedir(threads);
    }
    EXPECT(seen >= 2); /* the desk's line and the service's */
}

struct caller {
    mynacard_terminal *terminal;
    const char *audit;
};

/* A whole check from a thread that has little room, as a plug-in's may: with the trail that is written when the answer is freed, and
 * the looks into it. */
static void *small_stack(void *userdata)
{
    const struct caller *caller = userdata;
    struct book book = { 0, 0, 0, 0, 0, 0 };
    mynacard_desk *desk = opened(caller->terminal, caller->audit, &book);
    mynacard_card *card = virtual_card("kyokai-self");
    mynacard_answer *answer = checked(desk, card, &book);
    mynacard_buffer *json = NULL;
    OK(mynacard_card_free(card));
    OK(mynacard_desk_free(desk));
    OK(mynacard_answer_free(answer));
    EXPECT(book.dropped == 1 && book.destroyed == 1);
    OK(mynacard_audit_json(caller->terminal, BYTES(caller->audit), 100, &json, NULL));
    EXPECT(take(&json, "\"whole\":true"));
    OK(mynacard_doctor_json(&service, caller->terminal, BYTES(caller->audit), NULL, &json, NULL));
    OK(mynacard_buffer_free(json));
    return NULL;
}

static void with_little_room(mynacard_terminal *terminal, const char *audit)
{
    struct caller caller = { terminal, audit };
    pthread_attr_t attributes;
    pthread_t thread;
    pthread_attr_init(&attributes);
    EXPECT(pthread_attr_setstacksize(&attributes, 256 * 1024) == 0);
    EXPECT(pthread_create(&thread, &attributes, small_stack, &caller) == 0);
    pthread_join(thread, NULL);
    pthread_attr_destroy(&attributes);
}

static void home(mynacard_desk *desk, const mynacard_answer *checked, struct book *book)
{
    static const char REGISTER[] = "{\"do\":\"register\",\"reference\":\"0001\",\"care\":\"visiting\",\"kinds\":[\"medicines\",\"treatment\"]}";
    static const char REQUERY[] = "{\"do\":\"requery\",\"reference\":\"0001\"}";
    mynacard_buffer *json = NULL;
    mynacard_answer *answer = NULL;
    mynacard_error *error = NULL;
    OK(mynacard_desk_home(desk, BYTES(REGISTER), checked, NULL, &json, NULL, NULL));
    EXPECT(has(json, "\"reference\":\"0001\"") && take(&json, "\"state\":\"active\""));
    OK(mynacard_desk_home(desk, BYTES("{\"do\":\"inquire\",\"reference\":\"0001\"}"), NULL, NULL, &json, &answer, NULL));
    EXPECT(answer == NULL && take(&json, "\"care\":\"visiting\""));
    OK(mynacard_desk_home(desk, BYTES("{\"do\":\"list\",\"care\":\"visiting\",\"by\":\"visit-date\"}"), NULL, NULL, &json, NULL, NULL));
    EXPECT(take(&json, "\"consents\":[{"));
    OK(mynacard_desk_home(desk, BYTES(REQUERY), NULL, NULL, &json, &answer, NULL));
    EXPECT(take(&json, "\"evidence\":\"online-requery\"") && mynacard_answer_count(answer) == 1);
    OK(mynacard_answer_check_json(answer, &json, NULL));
    EXPECT(take(&json, "\"reference\":\"0001\""));
    /* A requery's answer is none of a check here. */
    IS(mynacard_desk_home(desk, BYTES(REGISTER), answer, NULL, &json, NULL, &error), MYNACARD_STATUS_CALLER);
    mynacard_error_free(error);
    EXPECT(book->shown == 2);
    OK(mynacard_answer_free(answer));
    EXPECT(book->dropped == 1 && book->asked >= 4);
    answer = NULL;
    OK(mynacard_desk_home(desk, BYTES("{\"do\":\"change\",\"reference\":\"0001\",\"kinds\":[\"medicines\"]}"), NULL, NULL, &json, NULL, NULL));
    EXPECT(take(&json, "\"kinds\":[\"medicines\"]"));
    OK(mynacard_desk_home(desk, BYTES("{\"do\":\"cancel\",\"reference\":\"0001\",\"reason\":\"patient\"}"), NULL, NULL, &json, NULL, NULL));
    EXPECT(take(&json, "\"state\":\"cancelled\""));
    error = NULL;
    EXPECT(mynacard_desk_home(desk, BYTES(REQUERY), NULL, NULL, &json, &answer, &error) != MYNACARD_STATUS_OK);
    mynacard_error_free(error);
    BAD(mynacard_desk_home(desk, BYTES("{\"do\":\"dance\"}"), NULL, NULL, &json, NULL, NULL));
    BAD(mynacard_desk_home(desk, BYTES("{\"do\":\"inquire\",\"reference\":\"0001\",\"more\":1}"), NULL, NULL, &json, NULL, NULL));
    BAD(mynacard_desk_home(desk, BYTES("{\"do\":\"cancel\",\"reference\":\"0001\",\"reason\":\"?\"}"), NULL, NULL, &json, NULL, NULL));
    BAD(mynacard_desk_home(desk, BYTES(REQUERY), checked, NULL, &json, &answer, NULL));
    BAD(mynacard_desk_home(desk, BYTES(REQUERY), NULL, NULL, &json, NULL, NULL));
    BAD(mynacard_desk_home(desk, BYTES(REGISTER), NULL, NULL, &json, NULL, NULL));
    BAD(mynacard_desk_home(NULL, BYTES(REQUERY), NULL, NULL, &json, &answer, NULL));
    BAD(mynacard_desk_home(desk, NULL, 4, NULL, NULL, &json, &answer, NULL));
    BAD(mynacard_desk_home(desk, BYTES(REQUERY), NULL, NULL, NULL, &answer, NULL));
    EXPECT(json == NULL && answer == NULL);
}

struct patients {
    int count, answers, most, destroyed;
    mynacard_status reentry;
    mynacard_desk *desk;
};

static int32_t on_patient(void *userdata, const uint8_t *json, size_t json_size)
{
    struct patients *patients = userdata;
    mynacard_buffer *other = NULL;
    EXPECT(json_size > 2 && json[0] == '{');
    patients->answers += memmem(json, json_size, "\"answer\"", 8) != NULL;
    patients->reentry = mynacard_desk_home(patients->desk, BYTES("{}"), NULL, NULL, &other, NULL, NULL);
    return ++patients->count >= patients->most;
}

static void on_patients_end(void *userdata) { ((struct patients *)userdata)->destroyed++; }

static void bulk(mynacard_desk *desk, mynacard_card *card)
{
    static const char REGISTER[] = "{\"do\":\"register\",\"reference\":\"0002\",\"care\":\"online\",\"kinds\":[\"medicines\"]}";
    struct patients patients = { 0, 0, 100, 0, MYNACARD_STATUS_OK, desk };
    mynacard_patients table = MYNACARD_PATIENTS_INIT;
    mynacard_ask ask = MYNACARD_ASK_INIT;
    mynacard_check *check = NULL;
    mynacard_answer *answer = NULL;
    mynacard_buffer *json = NULL;
    mynacard_pin *pin = pin_of("1234");
    char number[21] = "", poll[128];
    ask.consents = MYNACARD_CONSENT_MEDICINES;
    OK(mynacard_desk_prepare(desk, &ask, NULL, &check, NULL));
    OK(mynacard_check_by_pin(check, card, pin, NULL, &answer, NULL));
    OK(mynacard_desk_home(desk, BYTES(REGISTER), answer, NULL, &json, NULL, NULL));
    mynacard_buffer_free(json);
    OK(mynacard_answer_free(answer));
    OK(mynacard_check_free(check));
    OK(mynacard_pin_free(pin));
    OK(mynacard_desk_home(desk, BYTES("{\"do\":\"submit\",\"care\":\"online\",\"by\":\"visit-date\"}"), NULL, NULL, &json, NULL, NULL));
    EXPECT(sscanf((const char *)mynacard_buffer_data(json), "{\"reception_number\":\"%20[0-9]", number) == 1);
    mynacard_buffer_free(json);
    snprintf(poll, sizeof poll, "{\"do\":\"poll\",\"reception_number\":\"%s\"}", number);
    for (int i = 0; i < 200; i++) {
        OK(mynacard_desk_home(desk, BYTES(poll), NULL, NULL, &json, NULL, NULL));
        if (strstr((const char *)mynacard_buffer_data(json), "in-progress") == NULL) {
            break;
        }
        mynacard_buffer_free(json);
        nanosleep(&(struct timespec){ 0, 100 * 1000 * 1000 }, NULL);
    }
    EXPECT(take(&json, "\"state\":\"finished\""));
    table.userdata = &patients;
    table.destroy = on_patients_end;
    BAD(mynacard_desk_download(desk, BYTES(number), &table, NULL, &json, NULL)); /* no function */
    table.patient = on_patient;
    BAD(mynacard_desk_download(NULL, BYTES(number), &table, NULL, &json, NULL));
    BAD(mynacard_desk_download(desk, NULL, 20, &table, NULL, &json, NULL));
    BAD(mynacard_desk_download(desk, BYTES(number), NULL, NULL, &json, NULL));
    BAD(mynacard_desk_download(desk, BYTES(number), &table, NULL, NULL, NULL));
    EXPECT(mynacard_desk_download(desk, BYTES("12"), &table, NULL, &json, NULL) != MYNACARD_STATUS_OK);
    EXPECT(patients.destroyed == 0 && json == NULL);
    OK(mynacard_desk_download(desk, BYTES(number), &table, NULL, &json, NULL));
    EXPECT(take(&json, "\"patients\":1") && patients.count == 1 && patients.answers == 1 && patients.destroyed == 1);
    IS(patients.reentry, MYNACARD_STATUS_REENTRANT);
    /* A function that wants no more. */
    patients.most = 0;
    OK(mynacard_desk_download(desk, BYTES(number), &table, NULL, &json, NULL));
    EXPECT(take(&json, "\"patients\":1") && patients.destroyed == 2);
}

static void by_sight(mynacard_desk *desk, mynacard_card *card)
{
    const char *authorities = mynacard_sandbox_authorities();
    mynacard_ask ask = MYNACARD_ASK_INIT;
    mynacard_check *check = NULL;
    mynacard_answer *answer = NULL;
    mynacard_buffer *photo = NULL;
    char number[17];
    EXPECT(mynacard_sandbox_number_b("kyokai-self", number, sizeof number) == 0);
    ask.method = MYNACARD_METHOD_VISUAL;
    OK(mynacard_desk_prepare(desk, &ask, NULL, &check, NULL));
    OK(mynacard_card_face(card, check, BYTES(number), BYTES(authorities), NULL, &photo, NULL, NULL, NULL, NULL));
    EXPECT(mynacard_buffer_size(photo) > 1000);
    OK(mynacard_buffer_free(photo));
    OK(mynacard_check_confirm(check, BYTES("staff-07"), NULL));
    OK(mynacard_check_by_sight(check, card, NULL, &answer, NULL));
    EXPECT(mynacard_answer_count(answer) == 1);
    OK(mynacard_answer_free(answer));
    OK(mynacard_check_free(check));
}

static void audited(const mynacard_terminal *terminal, const char *audit)
{
    mynacard_buffer *json = NULL;
    char path[4096];
    FILE *file;
    OK(mynacard_audit_json(terminal, BYTES(audit), 100, &json, NULL));
    EXPECT(has(json, "\"whole\":true") && has(json, "\"findings\":[]") && has(json, "\"event\":\"setting\""));
    EXPECT(has(json, "\"event\":\"refused\"") && has(json, "\"event\":\"dropped\"") && take(&json, "\"event\":\"shown\""));
    OK(mynacard_audit_json(terminal, BYTES(audit), 0, &json, NULL));
    EXPECT(take(&json, "\"events\":[]"));
    BAD(mynacard_audit_json(terminal, NULL, 3, 1, &json, NULL));
    BAD(mynacard_audit_json(terminal, BYTES(audit), 1, NULL, NULL));
    snprintf(path, sizeof path, "%s/audit-000001.jsonl", audit);
    file = fopen(path, "ab");
    EXPECT(file != NULL && fputs("{\"event\":\"shown\"}\n", file) >= 0);
    if (file != NULL) {
        fclose(file);
    }
    OK(mynacard_audit_json(terminal, BYTES(audit), 1, &json, NULL));
    EXPECT(has(json, "\"whole\":false") && take(&json, "\"damage\":\"surplus\""));
    EXPECT(json == NULL);
}

static void doctor(mynacard_terminal *terminal, const char *audit)
{
    mynacard_buffer *json = NULL;
    OK(mynacard_doctor_json(NULL, NULL, NULL, 0, NULL, &json, NULL));
    EXPECT(has(json, "\"complete\":false") && take(&json, "\"name\":\"clock\""));
    OK(mynacard_doctor_json(&service, terminal, BYTES(audit), NULL, &json, NULL));
    EXPECT(has(json, "\"environment\":\"sandbox\"") && has(json, "\"seconds_off\":"));
    EXPECT(strstr((const char *)mynacard_buffer_data(json), "\"name\":\"terminal-standing\",\"state\":\"good\"") != NULL
           || has(json, "\"name\":\"terminal-standing\""));
    mynacard_buffer_free(json);
    json = NULL;
    EXPECT(mynacard_sandbox_suffer(sandbox, "clock:-300") == 0);
    OK(mynacard_doctor_json(&service, terminal, NULL, 0, NULL, &json, NULL));
    EXPECT(has(json, "\"healthy\":false") && take(&json, "\"code\":\"OK-0203\""));
    EXPECT(mynacard_sandbox_suffer(sandbox, "none") == 0);
    BAD(mynacard_doctor_json(&service, terminal, NULL, 3, NULL, &json, NULL));
    BAD(mynacard_doctor_json(&service, terminal, NULL, 0, NULL, NULL, NULL));
    EXPECT(json == NULL);
}

static void write_file(const char *path, const char *text)
{
    FILE *file = fopen(path, "wb");
    EXPECT(file != NULL && fputs(text, file) >= 0);
    if (file != NULL) {
        fclose(file);
    }
}

static void exchange(void)
{
    static const char ASK[] =
        "{\"institution\":\"1312345679\",\"insurer\":\"06130488\",\"number\":\"12345\",\"birth\":\"19800217\",\"day\":\"20261121\",\"limit\":true}";
    static const char ANSWER[] =
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><XmlMsg><MessageHeader><SegmentOfResult>1</SegmentOfResult></MessageHeader><MessageBody>"
        "<ProcessingResultStatus>1</ProcessingResultStatus><QualificationValidity>1</QualificationValidity>"
        "<ResultList><ResultOfQualificationConfirmation><InsurerNumber>06130488</InsurerNumber>"
        "</ResultOfQualificationConfirmation></ResultList></MessageBody></XmlMsg>";
    mynacard_exchange folders = MYNACARD_EXCHANGE_INIT;
    mynacard_folder *exchange = NULL, *faces = NULL;
    mynacard_buffer *name = NULL, *answered = NULL;
    mynacard_answer *answer = NULL;
    mynacard_error *error = NULL;
    char req[3072], res[3072], journal[3072], path[4096], file[512], *kind;
    snprintf(req, sizeof req, "%s/req", folder);
    snprintf(res, sizeof res, "%s/res", folder);
    snprintf(journal, sizeof journal, "%s/journal", folder);
    mkdir(req, 0700);
    mkdir(res, 0700);
    BAD(mynacard_folder_exchange(&folders, &exchange, NULL));
    folders.req = (const uint8_t *)req, folders.req_size = strlen(req);
    folders.res = (const uint8_t *)res, folders.res_size = strlen(res);
    folders.journal = (const uint8_t *)journal, folders.journal_size = strlen(journal);
    folders.shift_jis = 2;
    BAD(mynacard_folder_exchange(&folders, &exchange, NULL));
    folders.shift_jis = 1;
    BAD(mynacard_folder_exchange(NULL, &exchange, NULL));
    BAD(mynacard_folder_exchange(&folders, NULL, NULL));
    EXPECT(exchange == NULL);
    OK(mynacard_folder_exchange(&folders, &exchange, NULL));
    BAD(mynacard_folder_submit(exchange, BYTES("{\"institution\":\"1312345678\"}"), &name, NULL));
    BAD(mynacard_folder_submit(exchange, NULL, 2, &name, NULL));
    BAD(mynacard_folder_submit(exchange, BYTES(ASK), NULL, NULL));
    BAD(mynacard_folder_submit(NULL, BYTES(ASK), &name, NULL));
    EXPECT(name == NULL);
    OK(mynacard_folder_submit(exchange, BYTES(ASK), &name, NULL));
    EXPECT(has(name, "OQSsiquc01req_"));
    snprintf(file, sizeof file, "%s", (const char *)mynacard_buffer_data(name));
    snprintf(path, sizeof path, "%s/%s", req, file);
    {
        char written[4096] = "";
        FILE *request = fopen(path, "rb");
        EXPECT(request != NULL && fread(written, 1, sizeof written - 1, request) > 0);
        EXPECT(strstr(written, "06130488") != NULL && strstr(written, "Shift_JIS") != NULL);
        if (request != NULL) {
            fclose(request);
        }
    }
    IS(mynacard_folder_next(exchange, 0, NULL, &answer, &answered, &error), MYNACARD_STATUS_TIMEOUT);
    mynacard_error_free(error);
    error = NULL;
    kind = strstr(file, "req_");
    EXPECT(kind != NULL);
    if (kind != NULL) {
        memcpy(kind, "res_", 4);
        snprintf(path, sizeof path, "%s/%s", res, file);
        write_file(path, ANSWER);
    }
    OK(mynacard_folder_next(exchange, 20000, NULL, &answer, &answered, NULL));
    EXPECT(mynacard_answer_count(answer) == 1);
    EXPECT(mynacard_buffer_size(answered) == mynacard_buffer_size(name));
    EXPECT(memcmp(mynacard_buffer_data(answered), mynacard_buffer_data(name), mynacard_buffer_size(name)) == 0);
    OK(mynacard_answer_free(answer));
    OK(mynacard_buffer_free(answered));
    BAD(mynacard_folder_finish(exchange, NULL, 4, 0, NULL));
    BAD(mynacard_folder_finish(exchange, BYTES("no-request"), 0, NULL));
    BAD(mynacard_folder_finish(exchange, mynacard_buffer_data(name), mynacard_buffer_size(name), 2, NULL));
    BAD(mynacard_folder_finish(NULL, mynacard_buffer_data(name), mynacard_buffer_size(name), 0, NULL));
    OK(mynacard_folder_finish(exchange, mynacard_buffer_data(name), mynacard_buffer_size(name), 0, NULL));
    OK(mynacard_buffer_free(name));
    name = NULL;
    /* One that is given up. */
    OK(mynacard_folder_submit(exchange, BYTES(ASK), &name, NULL));
    OK(mynacard_folder_finish(exchange, mynacard_buffer_data(name), mynacard_buffer_size(name), 1, NULL));
    OK(mynacard_buffer_free(name));
    name = NULL;
    OK(mynacard_folder_free(exchange));
    OK(mynacard_folder_open(BYTES(folder), 0, &faces, NULL));
    IS(mynacard_folder_submit(faces, BYTES(ASK), &name, NULL), MYNACARD_STATUS_CALLER);
    OK(mynacard_folder_free(faces));
}

struct lines {
    int count, others, secrets, destroyed;
};

static void on_line(void *userdata, int32_t level, const uint8_t *line, size_t line_size)
{
    struct lines *lines = userdata;
    mynacard_log log = MYNACARD_LOG_INIT;
    EXPECT(level >= 1 && level <= 5);
    __atomic_add_fetch(&lines->count, 1, __ATOMIC_SEQ_CST);
    if (line_size < 8 || memcmp(line, "mynacard", 8) != 0) {
        __atomic_add_fetch(&lines->others, 1, __ATOMIC_SEQ_CST);
    }
    if (memmem(line, line_size, "1234", 4) != NULL || memmem(line, line_size, "31323334", 8) != NULL) {
        __atomic_add_fetch(&lines->secrets, 1, __ATOMIC_SEQ_CST);
    }
    IS(mynacard_log_set(&log, NULL), MYNACARD_STATUS_REENTRANT);
}

static void on_lines_end(void *userdata) { ((struct lines *)userdata)->destroyed++; }

static void logged(mynacard_desk *desk, mynacard_card *card)
{
    struct lines lines = { 0, 0, 0, 0 };
    mynacard_log log = MYNACARD_LOG_INIT;
    mynacard_check *check = NULL;
    mynacard_answer *answer = NULL;
    mynacard_pin *pin = pin_of("1234");
    int count;
    log.userdata = &lines;
    log.destroy = on_lines_end;
    BAD(mynacard_log_set(&log, NULL));
    log.line = on_line;
    log.most = 6;
    BAD(mynacard_log_set(&log, NULL));
    log.most = 5;
    log.struct_size = offsetof(mynacard_log, most);
    IS(mynacard_log_set(&log, NULL), MYNACARD_STATUS_STRUCT_SIZE);
    log.struct_size = sizeof log;
    EXPECT(lines.destroyed == 0);
    OK(mynacard_log_set(&log, NULL));
    OK(mynacard_desk_prepare(desk, NULL, NULL, &check, NULL));
    OK(mynacard_check_by_pin(check, card, pin, NULL, &answer, NULL));
    EXPECT(lines.count > 3 && lines.others == 0 && lines.secrets == 0);
    OK(mynacard_log_set(NULL, NULL));
    EXPECT(lines.destroyed == 1);
    count = lines.count;
    OK(mynacard_answer_free(answer));
    OK(mynacard_check_free(check));
    check = NULL;
    OK(mynacard_desk_prepare(desk, NULL, NULL, &check, NULL));
    EXPECT(lines.count == count);
    OK(mynacard_check_free(check));
    OK(mynacard_pin_free(pin));
}

int main(int argc, char **argv)
{
    struct book book = { 0, 0, 0, 0, 0, 0 };
    mynacard_sandbox_activation user;
    mynacard_terminal *terminal;
    mynacard_answer *answer;
    mynacard_buffer *json = NULL;
    mynacard_desk *desk;
    mynacard_card *card;
    char path[3072], audit[3072];
    if (argc < 2) {
        return EXIT_FAILURE;
    }
    snprintf(folder, sizeof folder, "%s", argv[1]);
    brief = argc > 2;
    snprintf(path, sizeof path, "%s/terminal.vault", folder);
    snprintf(audit, sizeof audit, "%s/audit", folder);
    sandbox = mynacard_sandbox_start();
    if (sandbox == NULL) {
        return EXIT_FAILURE;
    }
    service.url = (const uint8_t *)mynacard_sandbox_url(sandbox);
    service.url_size = strlen(mynacard_sandbox_url(sandbox));
    service.root = mynacard_sandbox_root(sandbox, &service.root_size);
    service.trust = MYNACARD_TRUST_SIMULATION;
    service.direct = 1;

    terminal = registered(path, &user);
    managed(terminal, path, audit);
    desk = opened(terminal, audit, &book);
    card = virtual_card("kyokai-self");
    answer = checked(desk, card, &book);
    home(desk, answer, &book);
    bulk(desk, card);
    by_sight(desk, card);
    logged(desk, card);
    exchange();
    doctor(terminal, audit);
    keys();
    impatient(terminal, card);
    without_pipe_signal();
    with_little_room(terminal, audit);

    OK(mynacard_card_free(card));
    OK(mynacard_desk_free(desk));
    EXPECT(book.destroyed == 0); /* the answer still uses it */
    OK(mynacard_answer_free(answer));
    EXPECT(book.destroyed == 1);
    OK(mynacard_terminal_manage(terminal, &service, MYNACARD_TERMINAL_ACTION_REMOVE, BYTES(audit), NULL, &json, NULL));
    EXPECT(has(json, "\"removed\":true") && take(&json, "\"fingerprint\":\""));
    IS(mynacard_terminal_manage(terminal, &service, MYNACARD_TERMINAL_ACTION_RENEW, NULL, 0, NULL, &json, NULL), MYNACARD_STATUS_CALLER);
    OK(mynacard_audit_json(NULL, BYTES(audit), 1, &json, NULL));
    EXPECT(has(json, "\"event\":\"removed\"") && take(&json, "\"closed\":[{"));
    OK(mynacard_terminal_free(terminal));
    if (brief) {
        goto end;
    }
    /* Another one, whose trail is altered. */
    snprintf(path, sizeof path, "%s/second.vault", folder);
    snprintf(audit, sizeof audit, "%s/second", folder);
    terminal = registered(path, &user);
    memset(&book, 0, sizeof book);
    OK(mynacard_terminal_manage(terminal, NULL, MYNACARD_TERMINAL_ACTION_VISUAL_ON, BYTES(audit), NULL, &json, NULL));
    OK(mynacard_buffer_free(json));
    desk = opened(terminal, audit, &book);
    card = virtual_card("kyokai-self");
    answer = checked(desk, card, &book);
    OK(mynacard_answer_free(answer));
    OK(mynacard_card_free(card));
    OK(mynacard_desk_free(desk));
    audited(terminal, audit);
    OK(mynacard_terminal_free(terminal));
end:
    mynacard_sandbox_stop(sandbox);
    if (failures == 0) {
        printf("done\n");
    }
    return failures == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
