// A reception desk in C++17: activates a terminal, checks a virtual card, reads a face file.
//
//   cargo xtask ffi
//   c++ -std=c++17 -Iinclude examples/cpp/reception.cpp -Ltarget/debug/ffi -lmynacard -lmynacard_sandbox -o target/reception
//   target/reception FOLDER [PORT]       PORT: also with the card in a virtual PC/SC reader (vpcd) there
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <memory>
#include <stdexcept>
#include <string>

#include "mynacard.hpp"
#include "mynacard_sandbox.h"

namespace {

/// A card that this program drives itself; here it only passes on to the sandbox's virtual card.
class passing : public mynacard::transport {
public:
    explicit passing(const char *person) {
        if (mynacard_sandbox_card(person, 1, &table_) != 0) {
            throw std::runtime_error("no such person");
        }
    }
    ~passing() override { table_.destroy(table_.userdata); }
    passing(const passing &) = delete;
    passing &operator=(const passing &) = delete;

    mynacard_transport_result begin() override {
        return static_cast<mynacard_transport_result>(table_.begin(table_.userdata));
    }
    std::int32_t exchange(mynacard::bytes_view command, bool secret, std::uint8_t *response, std::size_t capacity,
                          std::size_t &size) override {
        exchanges_++;
        return table_.exchange(table_.userdata, command.data, command.size, secret, response, capacity, &size);
    }
    void end(mynacard_end how) override { table_.end(table_.userdata, static_cast<std::int32_t>(how)); }
    std::pair<std::size_t, std::size_t> limits() const override { return {table_.max_command, table_.max_response}; }

private:
    mynacard_transport table_ = MYNACARD_TRANSPORT_INIT;
    int exchanges_ = 0;
};

/// A PIN as text; overwritten at its end in a way that a compiler may not leave out.
struct secret {
    char text[9] = {};
    secret() = default;
    secret(const secret &) = delete;
    secret &operator=(const secret &) = delete;
    ~secret() {
        for (volatile char &byte : text) {
            byte = 0;
        }
    }
};

void print(const mynacard::answer &answer) {
    std::cout << "validity " << static_cast<int>(answer.validity()) << ", " << answer.count() << " insurance(s)\n"
              << "  Name: " << answer.text("Name").value() << "\n"
              << "  InsurerNumber: " << answer.text("InsurerNumber").value() << "\n  "
              << answer.check_json().value() << "\n";
}

void reception(const std::string &folder_path, int port) {
    std::unique_ptr<mynacard_sandbox, void (*)(mynacard_sandbox *)> sandbox(mynacard_sandbox_start(), mynacard_sandbox_stop);
    mynacard_sandbox_activation activation;
    secret digits;
    if (!sandbox || mynacard_sandbox_issue_activation(sandbox.get(), &activation) != 0
        || mynacard_sandbox_pin("kyokai-self", digits.text, sizeof digits.text) != 0) {
        throw std::runtime_error("no sandbox");
    }
    std::size_t root_size = 0;
    const auto *root = reinterpret_cast<const char *>(mynacard_sandbox_root(sandbox.get(), &root_size));
    mynacard::service service;
    service.url = mynacard_sandbox_url(sandbox.get());
    service.root.assign(root, root_size);
    service.trust = MYNACARD_TRUST_SIMULATION;
    service.direct = true;

    auto terminal = mynacard::terminal::activate(service, activation.institution_code, activation.id,
                                                 activation.activation_code, true).value();
    terminal.store(folder_path + "/terminal.vault", "a long passcode").value();
    terminal = mynacard::terminal::open(folder_path + "/terminal.vault", "a long passcode").value();
    std::cout << terminal.json().value() << "\n";

    int steps = 0;
    auto desk = mynacard::desk::open(service, terminal, MYNACARD_DESK_OPTIONS_INIT,
                                     [&steps](mynacard_step) { steps++; }).value();
    auto card = mynacard::card::behind(std::make_unique<passing>("kyokai-self")).value();

    std::cout << "by callback\n";
    auto answer = desk.prepare().value().by_pin(card, mynacard::pin::of(digits.text).value()).value();
    print(answer);
    std::cout << steps << " steps\n";

    // Without exceptions: ask the result.
    if (auto refused = desk.prepare().value().by_pin(card, mynacard::pin::of("9999").value()); !refused) {
        std::cout << refused.why().code() << " " << refused.why().text(MYNACARD_ERROR_ITEM_MESSAGE) << "\n";
    }

    auto folder = mynacard::folder::open(folder_path).value();
    // Paths are UTF-8 here, as everywhere in mynacard; the stream wants them in the system's own form.
    std::ofstream(std::filesystem::u8path(folder_path) / "OQSsiquc01res_face_B2_20261120103000.xml", std::ios::binary)
        << answer.write(MYNACARD_FORMAT_XML_SHIFT_JIS).value();
    std::cout << "face file: " << folder.next(20000).value().text("Name").value() << "\n";

    if (port != 0) {
        std::unique_ptr<mynacard_sandbox_inserted, void (*)(mynacard_sandbox_inserted *)> inserted(
            mynacard_sandbox_insert("kyokai-self", static_cast<std::uint16_t>(port)), mynacard_sandbox_remove);
        auto in_reader = mynacard::card::wait({}, 20000).value();
        std::cout << "by PC/SC\n";
        print(desk.prepare().value().by_pin(in_reader, mynacard::pin::of(digits.text).value()).value());

        mynacard_card_options lengths = MYNACARD_CARD_OPTIONS_INIT;
        lengths.lengths = MYNACARD_LENGTHS_EXTENDED;  // this reader carries them, though its driver does not say so
        in_reader = mynacard::card::wait({}, 20000, nullptr, lengths).value();
        std::cout << "by extended lengths\n";
        print(desk.prepare().value().by_pin(in_reader, mynacard::pin::of(digits.text).value()).value());
    }
    std::cout << "done\n";
}

/// `folder_path` is UTF-8.
int run(const std::string &folder_path, int port) {
    try {
        reception(folder_path, port);
        return EXIT_SUCCESS;
    } catch (const mynacard::exception &error) {
        std::cerr << error.what() << "\n" << error.why().text(MYNACARD_ERROR_ITEM_MESSAGE) << "\n";
    } catch (const std::exception &error) {
        std::cerr << error.what() << "\n";
    }
    return EXIT_FAILURE;
}

const char *const usage = "usage: reception FOLDER [PORT]\n";

}  // namespace

#ifdef _WIN32
// The wide form: main's arguments are in the code page of the machine, and a folder's name may have no place there.
int wmain(int argc, wchar_t **argv) {
    if (argc < 2) {
        std::cerr << usage;
        return EXIT_FAILURE;
    }
    return run(std::filesystem::path(argv[1]).u8string(), argc > 2 ? std::stoi(argv[2]) : 0);
}
#else
int main(int argc, char **argv) {
    if (argc < 2) {
        std::cerr << usage;
        return EXIT_FAILURE;
    }
    return run(argv[1], argc > 2 ? std::atoi(argv[2]) : 0);
}
#endif
