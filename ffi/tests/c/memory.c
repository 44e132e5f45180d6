/* What is left of a secret in this process after a check and after a vault was opened: nothing. The virtual card lives in another
 * process, as a real one would, so that what it keeps of a command is not found here; and a transport that keeps what it should not
 * is found. Prints "done" when all is as promised. */
#include <inttypes.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "surface.h"

static int line;          /* to the card's process */
static int leaking;       /* the counter-example */
static uint8_t *kept;     /* what it keeps */

static void send_all(int to, const void *data, size_t size)
{
    for (const uint8_t *at = data; size > 0;) {
        const ssize_t sent = write(to, at, size);
        if (sent <= 0) {
            exit(EXIT_FAILURE);
        }
        at += sent;
        size -= (size_t)sent;
    }
}

static int read_all(int from, void *data, size_t size)
{
    for (uint8_t *at = data; size > 0;) {
        const ssize_t got = read(from, at, size);
        if (got <= 0) {
            return -1;
        }
        at += got;
        size -= (size_t)got;
    }
    return 0;
}

/* The card's process: 0 begins, 1 ends, 2 exchanges. */
static void serve(int from)
{
    mynacard_transport card = MYNACARD_TRANSPORT_INIT;
    static uint8_t command[70000], response[70000];
    uint32_t what[3];
    if (mynacard_sandbox_card("kyokai-self", 1, &card) != 0) {
        _exit(EXIT_FAILURE);
    }
    while (read_all(from, what, sizeof what) == 0) {
        uint32_t told[2] = { 0, 0 };
        size_t size = 0;
        if (what[0] == 0) {
            told[0] = (uint32_t)card.begin(card.userdata);
        } else if (what[0] == 1) {
            card.end(card.userdata, (int32_t)what[1]);
        } else if (what[1] <= sizeof command && read_all(from, command, what[1]) == 0) {
            told[0] = (uint32_t)card.exchange(card.userdata, command, what[1], (int32_t)what[2], response, sizeof response, &size);
            told[1] = (uint32_t)size;
        }
        send_all(from, told, sizeof told);
        send_all(from, response, size);
    }
    card.destroy(card.userdata);
    _exit(EXIT_SUCCESS);
}

static int32_t on_begin(void *userdata)
{
    const uint32_t what[3] = { 0, 0, 0 };
    uint32_t told[2] = { MYNACARD_TRANSPORT_RESULT_OTHER, 0 };
    (void)userdata;
    send_all(line, what, sizeof what);
    EXPECT(read_all(line, told, sizeof told) == 0);
    return (int32_t)told[0];
}

static int32_t on_exchange(void *userdata, const uint8_t *command, size_t command_size, int32_t secret, uint8_t *response,
                           size_t capacity, size_t *response_size)
{
    const uint32_t what[3] = { 2, (uint32_t)command_size, (uint32_t)secret };
    uint32_t told[2] = { MYNACARD_TRANSPORT_RESULT_OTHER, 0 };
    (void)userdata;
    if (leaking && secret) {
        kept = malloc(command_size);
        memcpy(kept, command, command_size);
    }
    send_all(line, what, sizeof what);
    send_all(line, command, command_size);
    EXPECT(read_all(line, told, sizeof told) == 0 && told[1] <= capacity);
    EXPECT(read_all(line, response, told[1]) == 0);
    *response_size = told[1];
    return (int32_t)told[0];
}

static void on_end(void *userdata, int32_t how)
{
    const uint32_t what[3] = { 1, (uint32_t)how, 0 };
    uint32_t told[2];
    (void)userdata;
    send_all(line, what, sizeof what);
    EXPECT(read_all(line, told, sizeof told) == 0);
}

/* What is looked for, masked, so that it does not find itself. */
#define MASK 0x5A
static const uint8_t VERIFY[] = { 0x00 ^ MASK, 0x20 ^ MASK, 0x00 ^ MASK, 0x98 ^ MASK, 0x04 ^ MASK,
                                  '1' ^ MASK,  '2' ^ MASK,  '3' ^ MASK,  '4' ^ MASK };
static const uint8_t PASSCODE[] = { 'K' ^ MASK, 'x' ^ MASK, '7' ^ MASK, 'Q' ^ MASK, 'm' ^ MASK, '2' ^ MASK, 'Z' ^ MASK, 'p' ^ MASK,
                                    '9' ^ MASK, 'R' ^ MASK, 'w' ^ MASK, '4' ^ MASK, 'T' ^ MASK, 's' ^ MASK, '6' ^ MASK, 'V' ^ MASK };

static const uint8_t TYPED[] = { '9' ^ MASK, '0' ^ MASK, '8' ^ MASK, '1' ^ MASK, '7' ^ MASK, '2' ^ MASK, '6' ^ MASK, '3' ^ MASK };

/* How often masked bytes stand, unmasked, in the writable memory of this process. */
static int found(const uint8_t *masked, size_t size)
{
    static uint8_t window[1 << 16];
    FILE *maps = fopen("/proc/self/maps", "r");
    FILE *memory = fopen("/proc/self/mem", "rb");
    char row[512];
    int count = 0;
    EXPECT(maps != NULL && memory != NULL);
    if (maps == NULL || memory == NULL) {
        return -1;
    }
    setvbuf(memory, NULL, _IONBF, 0);
    while (fgets(row, sizeof row, maps) != NULL) {
        uintptr_t from, to;
        char rights[5];
        if (sscanf(row, "%" SCNxPTR "-%" SCNxPTR " %4s", &from, &to, rights) != 3 || rights[0] != 'r' || rights[1] != 'w') {
            continue;
        }
        for (uintptr_t at = from; at < to; at += sizeof window - size) {
            const size_t length = to - at < sizeof window ? to - at : sizeof window;
            if (fseeko(memory, (off_t)at, SEEK_SET) != 0) {
                break;
            }
            const size_t got = fread(window, 1, length, memory);
            for (size_t i = 0; i + size <= got; i++) {
                size_t same = 0;
                while (same < size && (uint8_t)(window[i + same] ^ MASK) == masked[same]) {
                    same++;
                }
                const uintptr_t place = at + i;
                const int own = place + size > (uintptr_t)window && place < (uintptr_t)window + sizeof window;
                count += same == size && !own;
            }
            if (got < length) {
                break;
            }
        }
    }
    fclose(maps);
    fclose(memory);
    memset(window, 0, sizeof window);
    return count;
}

static void check(mynacard_desk *desk, mynacard_card *card)
{
    mynacard_check *check = NULL;
    mynacard_answer *answer = NULL;
    mynacard_pin *pin = NULL;
    OK(mynacard_pin_new(NULL, 0, &pin, NULL));
    for (size_t i = 5; i < sizeof VERIFY; i++) {
        OK(mynacard_pin_push(pin, VERIFY[i] ^ MASK, NULL));
    }
    OK(mynacard_desk_prepare(desk, NULL, NULL, &check, NULL));
    OK(mynacard_check_by_pin(check, card, pin, NULL, &answer, NULL));
    EXPECT(mynacard_answer_count(answer) == 1);
    OK(mynacard_answer_free(answer));
    OK(mynacard_check_free(check));
    OK(mynacard_pin_free(pin));
}

static mynacard_terminal *kept_and_opened(mynacard_service *service, mynacard_sandbox *sandbox, const char *folder)
{
    mynacard_sandbox_activation user;
    mynacard_terminal *terminal = NULL, *opened = NULL;
    const char *code = user.institution_code, *id = user.id, *activation = user.activation_code;
    uint8_t passcode[sizeof PASSCODE];
    char path[4096];
    snprintf(path, sizeof path, "%s/terminal.vault", folder);
    EXPECT(mynacard_sandbox_issue_activation(sandbox, &user) == 0);
    OK(mynacard_terminal_activate(service, BYTES(code), BYTES(id), BYTES(activation), 1, NULL, &terminal, NULL));
    for (size_t i = 0; i < sizeof passcode; i++) {
        passcode[i] = PASSCODE[i] ^ MASK;
    }
    OK(mynacard_terminal_store(terminal, BYTES(path), passcode, sizeof passcode, NULL));
    OK(mynacard_terminal_free(terminal));
    OK(mynacard_terminal_open(BYTES(path), passcode, sizeof passcode, &opened, NULL));
    /* Here it is still: what looks for it would find it. */
    EXPECT(found(PASSCODE, sizeof PASSCODE) == 1);
    for (volatile uint8_t *at = passcode; at < passcode + sizeof passcode; at++) {
        *at = 0;
    }
    return opened;
}

int main(int argc, char **argv)
{
    mynacard_transport functions = MYNACARD_TRANSPORT_INIT;
    mynacard_service service = MYNACARD_SERVICE_INIT;
    mynacard_terminal *terminal;
    mynacard_desk *desk = NULL;
    mynacard_card *card = NULL;
    mynacard_sandbox *sandbox;
    mynacard_pin *pin = NULL;
    int ends[2], status = 0;
    pid_t other;
    if (argc < 2 || socketpair(AF_UNIX, SOCK_STREAM, 0, ends) != 0) {
        return EXIT_FAILURE;
    }
    other = fork(); /* before there are threads */
    if (other == 0) {
        close(ends[0]);
        serve(ends[1]);
    }
    close(ends[1]);
    line = ends[0];
    sandbox = mynacard_sandbox_start();
    if (sandbox == NULL || other < 0) {
        return EXIT_FAILURE;
    }
    service.url = (const uint8_t *)mynacard_sandbox_url(sandbox);
    service.url_size = strlen(mynacard_sandbox_url(sandbox));
    service.root = mynacard_sandbox_root(sandbox, &service.root_size);
    service.trust = MYNACARD_TRUST_SIMULATION;
    service.direct = 1;
    functions.begin = on_begin;
    functions.exchange = on_exchange;
    functions.end = on_end;
    functions.max_command = 65544;
    functions.max_response = 65538;

    /* Digits that were typed and taken back are gone, though the handle lives. */
    OK(mynacard_pin_new(NULL, 0, &pin, NULL));
    for (size_t i = 0; i < sizeof TYPED; i++) {
        OK(mynacard_pin_push(pin, TYPED[i] ^ MASK, NULL));
    }
    EXPECT(found(TYPED, sizeof TYPED) == 1);
    OK(mynacard_pin_erase(pin, 1, NULL));
    EXPECT(found(TYPED, sizeof TYPED) == 0);
    OK(mynacard_pin_free(pin));

    terminal = kept_and_opened(&service, sandbox, argv[1]);
    EXPECT(found(PASSCODE, sizeof PASSCODE) == 0);
    OK(mynacard_desk_open(&service, terminal, NULL, NULL, &desk, NULL));
    OK(mynacard_card_from_transport(&functions, &card, NULL));
    check(desk, card);
    EXPECT(found(VERIFY, sizeof VERIFY) == 0);
    /* The same with a transport that keeps what it was told is secret. */
    leaking = 1;
    check(desk, card);
    EXPECT(kept != NULL && found(VERIFY, sizeof VERIFY) == 1);
    free(kept);

    OK(mynacard_card_free(card));
    OK(mynacard_desk_free(desk));
    OK(mynacard_terminal_free(terminal));
    mynacard_sandbox_stop(sandbox);
    close(line);
    EXPECT(waitpid(other, &status, 0) == other && WIFEXITED(status) && WEXITSTATUS(status) == EXIT_SUCCESS);
    if (failures == 0) {
        printf("done\n");
    }
    return failures == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
