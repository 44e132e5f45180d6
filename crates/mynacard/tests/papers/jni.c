/* A machine with one object, and the library's part: calls the glue's table as the library does, and looks at what it answers. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "glue.c"

struct array { jsize size; jbyte bytes[300]; };
enum mood { ANSWERS, THROWS, IS_SILENT, ANSWERS_TOO_MUCH, HAS_NO_MEMORY };

static enum mood mood;
static int attached, thrown, living, exchanges, ends, secrets, rules;
static struct method *const BEGIN = (struct method *)8, *const EXCHANGE = (struct method *)16, *const END = (struct method *)24;
static int object;
static const struct JNINativeInterface *environment;
static mynacard_transport table;

static void hold(int held, const char *rule) {
    if (!held) { fprintf(stderr, "not held: %s\n", rule); exit(1); }
    rules++;
}
static void sane(JNIEnv *env, int called_with_an_exception) {
    if (env != (JNIEnv *)&environment || !attached || (thrown && !called_with_an_exception)) { fprintf(stderr, "a forbidden call\n"); exit(2); }
}
static jboolean exception_check(JNIEnv *env) { sane(env, 1); return (jboolean)thrown; }
static void exception_clear(JNIEnv *env) { sane(env, 1); thrown = 0; }
static void delete_local(JNIEnv *env, jobject one) { sane(env, 1); living--; free(one); }
static jbyteArray new_array(JNIEnv *env, jsize size) {
    sane(env, 0);
    if (mood == HAS_NO_MEMORY) { thrown = 1; return NULL; }
    struct array *array = calloc(1, sizeof *array);
    array->size = size; living++;
    return array;
}
static jsize length(JNIEnv *env, jobject one) { sane(env, 0); return ((struct array *)one)->size; }
static void get(JNIEnv *env, jbyteArray one, jsize from, jsize size, jbyte *into) {
    sane(env, 0); memcpy(into, ((struct array *)one)->bytes + from, (size_t)size);
}
static void set(JNIEnv *env, jbyteArray one, jsize from, jsize size, const jbyte *bytes) {
    sane(env, 0); memcpy(((struct array *)one)->bytes + from, bytes, (size_t)size);
}
static jint call_int(JNIEnv *env, jobject on, jmethodID method, ...) {
    sane(env, 0);
    if (on != &object || method != BEGIN) exit(3);
    if (mood == THROWS) { thrown = 1; return 0; }
    return MYNACARD_TRANSPORT_RESULT_OK;
}
static void call_void(JNIEnv *env, jobject on, jmethodID method, ...) {
    sane(env, 0);
    if (on != &object || method != END) exit(3);
    ends++; thrown = mood == THROWS;
}
static jobject call_object(JNIEnv *env, jobject on, jmethodID method, ...) {
    va_list arguments;
    sane(env, 0);
    if (on != &object || method != EXCHANGE) exit(3);
    va_start(arguments, method);
    struct array *command = va_arg(arguments, jobject);
    secrets += va_arg(arguments, int);
    va_end(arguments);
    exchanges++;
    if (command->size != 5 || memcmp(command->bytes, "\0\xB0\x8A\0\0", 5) != 0) exit(4);
    if (mood == THROWS) { thrown = 1; return NULL; }
    if (mood == IS_SILENT) return NULL;
    struct array *answer = calloc(1, sizeof *answer);
    living++;
    answer->size = mood == ANSWERS_TOO_MUCH ? 258 : 4;
    memcpy(answer->bytes, "\x30\x82\x90\x00", 4);
    return answer;
}
static jint get_env(JavaVM *vm, void **env, jint version) {
    if (version != JNI_VERSION_1_6 || vm == NULL) exit(5);
    *env = attached ? (void *)&environment : NULL;
    return attached ? JNI_OK : JNI_EDETACHED;
}
static jint attach(JavaVM *vm, JNIEnv **env, void *arguments) {
    (void)vm; (void)arguments; attached = 1; *env = (JNIEnv *)&environment; return JNI_OK;
}
static jint detach(JavaVM *vm) { (void)vm; attached = 0; return JNI_OK; }

/* The library's function: the driver wants the table only. */
mynacard_status mynacard_card_from_transport(const struct mynacard_transport *transport, struct mynacard_card **card, struct mynacard_error **error) {
    (void)error; table = *transport; *card = NULL;
    return MYNACARD_STATUS_OK;
}

static int32_t sent(enum mood now, int32_t secret, uint8_t *answer, size_t capacity, size_t *size) {
    const uint8_t command[] = { 0x00, 0xB0, 0x8A, 0x00, 0x00 };
    mood = now;
    int32_t result = table.exchange(table.userdata, command, sizeof command, secret, answer, capacity, size);
    if (attached || thrown || living) { fprintf(stderr, "attached %d, thrown %d, living %d\n", attached, thrown, living); exit(6); }
    return result;
}

int main(void) {
    static const struct JNINativeInterface functions = { exception_check, exception_clear, delete_local, call_int, call_object, call_void, new_array, length, get, set };
    static const struct JNIInvokeInterface invocations = { get_env, attach, detach };
    JavaVM machine = &invocations;
    struct tag tag = { &machine, &object, BEGIN, EXCHANGE, END };
    struct mynacard_card *card;
    uint8_t answer[258];
    size_t size = 0;
    environment = &functions;

    hold(card_of_tag(&tag, 4096, 65538, &card, NULL) == MYNACARD_STATUS_OK, "the table is handed over");
    hold(table.struct_size == sizeof table && table.userdata == &tag && table.max_command == 4096 && table.max_response == 65538, "it says its size and lengths");
    hold(table.begin(&tag) == MYNACARD_TRANSPORT_RESULT_OK && !attached, "begin answers what the object says");
    mood = THROWS;
    hold(table.begin(&tag) == (MYNACARD_TRANSPORT_RESULT_OTHER | MYNACARD_TRANSPORT_NOT_SENT) && !thrown && !attached, "begin that throws sent nothing");
    hold(sent(ANSWERS, 0, answer, sizeof answer, &size) == MYNACARD_TRANSPORT_RESULT_OK && size == 4 && memcmp(answer, "\x30\x82\x90\x00", 4) == 0, "an answer comes back");
    hold(secrets == 0, "what is no secret is not called one");
    hold(sent(ANSWERS, 1, answer, sizeof answer, &size) == MYNACARD_TRANSPORT_RESULT_OK && secrets == 1, "a secret is called one");
    hold(sent(THROWS, 1, answer, sizeof answer, &size) == MYNACARD_TRANSPORT_RESULT_CARD_REMOVED, "what throws may have reached the card");
    hold(sent(IS_SILENT, 0, answer, sizeof answer, &size) == MYNACARD_TRANSPORT_RESULT_CARD_REMOVED, "so may what is silent");
    hold(sent(ANSWERS_TOO_MUCH, 0, answer, 8, &size) == MYNACARD_TRANSPORT_RESULT_CARD_REMOVED, "an answer that has no room is none");
    hold(sent(HAS_NO_MEMORY, 0, answer, sizeof answer, &size) == (MYNACARD_TRANSPORT_RESULT_OTHER | MYNACARD_TRANSPORT_NOT_SENT), "without memory nothing goes out");
    hold(exchanges == 5, "a command goes out once");
    table.end(&tag, MYNACARD_END_POWER_DOWN);
    hold(ends == 1 && !thrown && !attached, "the end reaches the object");
    printf("%d rules held\n", rules);
    return 0;
}
