// One patient at a real reader: the lines of the README, and what stands around them.
//
//   cargo xtask ffi
//   c++ -std=c++17 -Iinclude examples/cpp/ten_lines.cpp -Ltarget/debug/ffi -lmynacard -o target/ten_lines
//   target/ten_lines ADDRESS CA VAULT          CA: PEM or DER; the vault's passcode and the PIN on two lines of standard input
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>

#include "mynacard.hpp"

int main(int argc, char **argv) {
    if (argc != 4) {
        std::cerr << "usage: ten_lines ADDRESS CA VAULT\n";
        return EXIT_FAILURE;
    }
    std::ifstream file(argv[2], std::ios::binary);
    mynacard::service service;
    service.url = argv[1];
    service.root.assign(std::istreambuf_iterator<char>(file), {});
    service.trust = MYNACARD_TRUST_SIMULATION;
    service.direct = true;
    std::string vault = argv[3], passcode, typed;
    std::getline(std::cin, passcode);
    std::getline(std::cin, typed);

    // README: begin
    try {
        auto terminal = mynacard::terminal::open(vault, passcode).value();
        auto desk = mynacard::desk::open(service, terminal).value();
        auto prepared = desk.prepare().value();                     // before the tap
        auto card = mynacard::card::wait({}, 60000).value();        // at any reader, a minute long
        auto answer = prepared.by_pin(card, mynacard::pin::of(typed).value()).value();
        std::cout << answer.text("InsurerNumber").value() << "\n";
    } catch (const mynacard::exception &error) {
        std::cout << error.why().code() << " " << error.why().text(MYNACARD_ERROR_ITEM_MESSAGE) << "\n";
    }
    // README: end
}
