/* A Modbus device, and a client that only counts, on libmodbus.
 *
 *   peer tcp PORT                   serve on loopback; port 0 takes a free one
 *   peer rtu DEVICE UNIT            serve one unit of a serial line at 9600 baud
 *   peer read PORT UNITS SECONDS CODE ADDRESS COUNT [CODE ADDRESS COUNT ...]
 *                                   read these blocks of units 1 to UNITS in turn and print reads a second
 *
 * A server takes its registers from standard input, a line each: "CODE ADDRESS WORD", up to a line ".". It then
 * prints its port, or 0. A read that touches any other register is refused with exception 2, as meters do.
 */
#include <errno.h>
#include <modbus.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { CELLS = 65536, MOST_BLOCKS = 32 };

static char known[2][CELLS];
static modbus_mapping_t *cells;

static void fail(const char *what) {
    fprintf(stderr, "%s: %s\n", what, modbus_strerror(errno));
    exit(1);
}

static void load(void) {
    char line[64];
    unsigned code, address, word;
    cells = modbus_mapping_new(0, 0, CELLS, CELLS);
    if (cells == NULL) fail("registers");
    while (fgets(line, sizeof line, stdin) && line[0] != '.')
        if (sscanf(line, "%u %u %u", &code, &address, &word) == 3 && (code == 3 || code == 4) && address < CELLS) {
            known[code - 3][address] = 1;
            (code == 3 ? cells->tab_registers : cells->tab_input_registers)[address] = (uint16_t)word;
        }
}

static void serve(modbus_t *device) {
    uint8_t query[MODBUS_TCP_MAX_ADU_LENGTH];
    int header = modbus_get_header_length(device), length;
    while ((length = modbus_receive(device, query)) >= 0) {
        unsigned code, address, count, bad;
        if (length == 0) continue; /* another unit's */
        code = query[header];
        address = query[header + 1] << 8 | query[header + 2];
        count = query[header + 3] << 8 | query[header + 4];
        bad = code != 3 && code != 4;
        for (unsigned cell = address; !bad && cell < address + count; cell++)
            bad = cell >= CELLS || !known[code - 3][cell];
        if (bad)
            modbus_reply_exception(device, query, MODBUS_EXCEPTION_ILLEGAL_DATA_ADDRESS);
        else if (modbus_reply(device, query, length, cells) < 0)
            return;
    }
}

static int serve_tcp(int port) {
    modbus_t *device = modbus_new_tcp("127.0.0.1", port);
    struct sockaddr_in name;
    socklen_t size = sizeof name;
    int listening = device ? modbus_tcp_listen(device, 4) : -1;
    if (listening < 0 || getsockname(listening, (struct sockaddr *)&name, &size) < 0) fail("listen");
    load();
    printf("%d\n", ntohs(name.sin_port));
    fflush(stdout);
    while (modbus_tcp_accept(device, &listening) >= 0) {
        serve(device);
        modbus_close(device);
    }
    return 0;
}

static void serve_rtu(const char *path, int unit) {
    modbus_t *device = modbus_new_rtu(path, 9600, 'N', 8, 1);
    if (device == NULL || modbus_set_slave(device, unit) < 0 || modbus_connect(device) < 0) fail(path);
    load();
    puts("0");
    fflush(stdout);
    for (;;) serve(device); /* what could not be read was noise */
}

static double now(void) {
    struct timespec at;
    clock_gettime(CLOCK_MONOTONIC, &at);
    return at.tv_sec + at.tv_nsec / 1e9;
}

static int count_reads(int port, int units, double seconds, int blocks, int block[][3]) {
    modbus_t *device = modbus_new_tcp("127.0.0.1", port);
    uint16_t words[MODBUS_MAX_READ_REGISTERS];
    double begin;
    long reads = 0;
    if (device == NULL || modbus_connect(device) < 0) fail("connect");
    for (begin = now(); now() - begin < seconds;)
        for (int unit = 1; unit <= units; unit++) {
            modbus_set_slave(device, unit);
            for (int k = 0; k < blocks; k++, reads++) {
                int *b = block[k];
                int got = b[0] == 3 ? modbus_read_registers(device, b[1], b[2], words)
                                    : modbus_read_input_registers(device, b[1], b[2], words);
                if (got != b[2]) fail("read");
            }
        }
    printf("%.1f\n", reads / (now() - begin));
    return 0;
}

int main(int argc, char **argv) {
    if (argc == 3 && strcmp(argv[1], "tcp") == 0) return serve_tcp(atoi(argv[2]));
    if (argc == 4 && strcmp(argv[1], "rtu") == 0) serve_rtu(argv[2], atoi(argv[3]));
    if (argc >= 8 && (argc - 5) % 3 == 0 && (argc - 5) / 3 <= MOST_BLOCKS && strcmp(argv[1], "read") == 0) {
        int block[MOST_BLOCKS][3], blocks = (argc - 5) / 3;
        for (int k = 0; k < 3 * blocks; k++) block[k / 3][k % 3] = atoi(argv[5 + k]);
        return count_reads(atoi(argv[2]), atoi(argv[3]), atof(argv[4]), blocks, block);
    }
    fputs("usage: see the top of peer.c\n", stderr);
    return 2;
}
