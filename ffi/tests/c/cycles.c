/* Desks, checks and answers, opened, used and freed again and again: the memory of the process stays as it is. The service, which
 * keeps what it answered, lives in another process. The second argument is the number of cycles. Prints "done" when all is as
 * promised. */
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "surface.h"

static int line; /* to the service's process */
static int destroyed;

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

/* The service's process: an activation first, then request after request. */
static void serve(int from)
{
    static uint8_t operation[256], request[1 << 16], key[256], response[1 << 20];
    mynacard_carrier carrier = MYNACARD_CARRIER_INIT;
    mynacard_sandbox_activation user;
    mynacard_sandbox *sandbox = mynacard_sandbox_start();
    uint32_t sizes[3];
    if (sandbox == NULL || mynacard_sandbox_carrier(sandbox, &carrier) != 0 || mynacard_sandbox_issue_activation(sandbox, &user) != 0) {
        _exit(EXIT_FAILURE);
    }
    send_all(from, &user, sizeof user);
    while (read_all(from, sizes, sizeof sizes) == 0) {
        uint32_t told[3] = { MYNACARD_CARRIED_NOT_SENT, 0, 0 };
        size_t size = 0;
        if (sizes[0] > sizeof operation || sizes[1] > sizeof request || sizes[2] > sizeof key || read_all(from, operation, sizes[0]) != 0
            || read_all(from, request, sizes[1]) != 0 || read_all(from, key, sizes[2]) != 0) {
            break;
        }
        told[0] = (uint32_t)carrier.carry(carrier.userdata, operation, sizes[0], request, sizes[1], key, sizes[2], 1000, response,
                                          sizeof response, &size, &told[1]);
        told[2] = (uint32_t)size;
        send_all(from, told, sizeof told);
        send_all(from, response, size);
    }
    carrier.destroy(carrier.userdata);
    mynacard_sandbox_stop(sandbox);
    _exit(EXIT_SUCCESS);
}

static int32_t on_carry(void *userdata, const uint8_t *operation, size_t operation_size, const uint8_t *request, size_t request_size,
                        const uint8_t *key, size_t key_size, uint32_t timeout_ms, uint8_t *response, size_t capacity,
                        size_t *response_size, uint32_t *response_status)
{
    const uint32_t sizes[3] = { (uint32_t)operation_size, (uint32_t)request_size, (uint32_t)key_size };
    uint32_t told[3] = { MYNACARD_CARRIED_LOST, 0, 0 };
    (void)userdata;
    (void)timeout_ms;
    send_all(line, sizes, sizeof sizes);
    send_all(line, operation, operation_size);
    send_all(line, request, request_size);
    send_all(line, key, key_size);
    EXPECT(read_all(line, told, sizeof told) == 0 && told[2] <= capacity && read_all(line, response, told[2]) == 0);
    *response_status = told[1];
    *response_size = told[2];
    return (int32_t)told[0];
}

static void on_destroy(void *userdata)
{
    (void)userdata;
    destroyed++;
}

static long resident(void)
{
    long pages = 0, size = 0;
    FILE *file = fopen("/proc/self/statm", "r");
    EXPECT(file != NULL && fscanf(file, "%ld %ld", &size, &pages) == 2);
    if (file != NULL) {
        fclose(file);
    }
    return pages * (sysconf(_SC_PAGESIZE) / 1024);
}

int main(int argc, char **argv)
{
    const int count = argc > 2 ? atoi(argv[2]) : 20;
    mynacard_sandbox_activation user;
    mynacard_carrier carrier = MYNACARD_CARRIER_INIT;
    mynacard_service service = MYNACARD_SERVICE_INIT;
    mynacard_terminal *terminal = NULL;
    const char *code = user.institution_code, *id = user.id, *activation = user.activation_code;
    long before = 0, after;
    int ends[2], status = 0;
    pid_t other;
    if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends) != 0) {
        return EXIT_FAILURE;
    }
    other = fork(); /* before there are threads */
    if (other == 0) {
        close(ends[0]);
        serve(ends[1]);
    }
    close(ends[1]);
    line = ends[0];
    carrier.carry = on_carry;
    carrier.destroy = on_destroy;
    service.carrier = &carrier;
    service.trust = MYNACARD_TRUST_SIMULATION;
    if (other < 0 || read_all(line, &user, sizeof user) != 0) {
        return EXIT_FAILURE;
    }
    OK(mynacard_terminal_activate(&service, BYTES(code), BYTES(id), BYTES(activation), 1, NULL, &terminal, NULL));
    for (int i = 0; i < count && failures == 0; i++) {
        mynacard_transport functions = MYNACARD_TRANSPORT_INIT;
        mynacard_card *card = NULL;
        mynacard_desk *desk = NULL;
        mynacard_check *check = NULL;
        mynacard_answer *answer = NULL;
        mynacard_buffer *document = NULL;
        mynacard_error *error = NULL;
        mynacard_pin *pin = pin_of("1234");
        EXPECT(mynacard_sandbox_card("kyokai-self", 1, &functions) == 0);
        OK(mynacard_card_from_transport(&functions, &card, NULL));
        OK(mynacard_desk_open(&service, terminal, NULL, NULL, &desk, NULL));
        OK(mynacard_desk_prepare(desk, NULL, NULL, &check, NULL));
        OK(mynacard_check_by_pin(check, card, pin, NULL, &answer, NULL));
        OK(mynacard_answer_write(answer, i % 10, &document, NULL));
        IS(mynacard_check_deliver_again(check, NULL, &(mynacard_answer *){ NULL }, &error), MYNACARD_STATUS_CALLER);
        OK(mynacard_error_free(error));
        OK(mynacard_buffer_free(document));
        OK(mynacard_answer_free(answer));
        OK(mynacard_check_free(check));
        OK(mynacard_desk_free(desk));
        OK(mynacard_card_free(card));
        OK(mynacard_pin_free(pin));
        EXPECT(destroyed == i + 1);
        if (i == count / 2) {
            before = resident();
        }
    }
    after = resident();
    fprintf(stderr, "%d cycles: %ld KiB, then %ld KiB\n", count, before, after);
    EXPECT(after - before < 512);
    OK(mynacard_terminal_free(terminal));
    close(line);
    EXPECT(waitpid(other, &status, 0) == other && WIFEXITED(status) && WEXITSTATUS(status) == EXIT_SUCCESS);
    if (failures == 0) {
        printf("done\n");
    }
    return failures == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
