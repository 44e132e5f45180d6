// Everything that mynacard.hpp offers, used for what it does, against the sandbox: suite FOLDER. Prints "done" when all is as
// promised.
#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <memory>
#include <string>
#include <thread>

#include "mynacard.hpp"
#include "mynacard_sandbox.h"

namespace {

int failures = 0;

#define EXPECT(condition)                                                                \
    do {                                                                                 \
        if (!(condition)) {                                                              \
            std::cerr << __FILE__ << ":" << __LINE__ << ": " << #condition << std::endl; \
            failures++;                                                                  \
        }                                                                                \
    } while (0)

bool has(const std::string &text, const char *part) {
    const bool found = text.find(part) != std::string::npos;
    if (!found) {
        std::cerr << "no " << part << " in " << text << "\n";
    }
    return found;
}

using running = std::unique_ptr<mynacard_sandbox, void (*)(mynacard_sandbox *)>;

mynacard::card virtual_card(const char *person = "kyokai-self") {
    mynacard_transport table = MYNACARD_TRANSPORT_INIT;
    EXPECT(mynacard_sandbox_card(person, 1, &table) == 0);
    return mynacard::card::behind(table).value();
}

mynacard::pin pin_of(const char *digits) { return mynacard::pin::of(digits).value(); }

mynacard::service service_of(const running &sandbox) {
    mynacard::service service;
    std::size_t size = 0;
    const auto *root = reinterpret_cast<const char *>(mynacard_sandbox_root(sandbox.get(), &size));
    service.url = mynacard_sandbox_url(sandbox.get());
    service.root.assign(root, size);
    service.trust = MYNACARD_TRUST_SIMULATION;
    service.direct = true;
    return service;
}

const char ANSWER[] =
    "<?xml version=\"1.0\" encoding=\"UTF-8\"?><XmlMsg><MessageHeader/><MessageBody>"
    "<ProcessingResultStatus>1</ProcessingResultStatus><QualificationValidity>1</QualificationValidity>"
    "<ResultList><ResultOfQualificationConfirmation><InsurerNumber>00138016</InsurerNumber>"
    "<Name>医療　太郎</Name><NameKana>ｲﾘｮｳ ﾀﾛｳ</NameKana><Sex1>1</Sex1><Birthdate>19800217</Birthdate>"
    "</ResultOfQualificationConfirmation></ResultList></MessageBody></XmlMsg>";

/// What needs neither card nor service.
void pure() {
    EXPECT(mynacard::version() == MYNACARD_VERSION && mynacard::matches_header());
    EXPECT(has(mynacard::fields_json().value(), "InsurerNumber"));
    EXPECT(has(mynacard::identifier_json("insurer-number", "138016").value(), "\"valid\":true"));
    EXPECT(has(mynacard::identifier_json().value(), "保険者番号"));
    EXPECT(has(mynacard::guidance_json("MC-1003").value(), "暗証番号が違います"));
    EXPECT(has(mynacard::guidance_json().value(), "OK-0001"));

    auto answer = mynacard::answer::read(ANSWER, MYNACARD_DOCUMENT_XML).value();
    EXPECT(answer.count() == 1 && answer.validity() == MYNACARD_VALIDITY_VALID);
    EXPECT(answer.text("Name").value() == "医療　太郎");
    EXPECT(answer.text("Name", 0, MYNACARD_ENCODING_SHIFT_JIS).value() == "\x88\xe3\x97\xc3\x81\x40\x91\xbe\x98\x59");
    EXPECT(answer.check_json().value().empty());
    auto json = answer.write(MYNACARD_FORMAT_JSON).value();
    EXPECT(mynacard::answer::read(json, MYNACARD_DOCUMENT_JSON).value().count() == 1);
    EXPECT(mynacard::answer::from_xml(ANSWER).value().count() == 1);
    EXPECT(has(answer.write(MYNACARD_FORMAT_SITUATION).value(), "\"situation\":\"valid\""));
    EXPECT(has(answer.match_json("[{\"key\":\"1\",\"fields\":{\"Birthdate\":\"19800217\",\"Name\":\"医療　太郎\"}}]").value(),
               "\"key\":\"1\""));
    EXPECT(has(mynacard::checkup_json(MYNACARD_LIST_INSURERS, "保険者番号,委託元保険者名,特定健康診査,特定保健指導\n138016,千代田区,○,\n",
                                      &answer, "{\"service\":\"checkup\",\"on\":\"20261121\"}")
                   .value(),
               "\"verdict\":\"covered\""));

    // Failures come as values, or are thrown.
    auto refused = mynacard::identifier_json("no-such", "1");
    EXPECT(!refused && refused.why().status() == MYNACARD_STATUS_INVALID_ARGUMENT && refused.why().code() == "MC-9001");
    EXPECT(refused.why().told_status() == refused.why().status() && refused.why().turn() == MYNACARD_CLASS_CALLER);
    EXPECT(!refused.why().tries_left() && !refused.why().status_word());
    EXPECT(!refused.why().text(MYNACARD_ERROR_ITEM_MESSAGE, MYNACARD_LANGUAGE_ENGLISH).empty());
    bool thrown = false;
    try {
        (void)mynacard::answer::from_xml("<no").value();
    } catch (const mynacard::exception &error) {
        thrown = error.why().status() == MYNACARD_STATUS_INPUT && *error.what() != 0;
    }
    EXPECT(thrown);
    auto panic = mynacard::panic_on_purpose();
    EXPECT(!panic && panic.why().status() == MYNACARD_STATUS_PANIC);
    (void)mynacard::readers_json();  // there may be no service for readers here
}

void pins() {
    auto pin = mynacard::pin::of().value();
    EXPECT(pin.push('1') && pin.push('2') && pin.length() == 2);
    EXPECT(!pin.push('x') && pin.length() == 2);
    EXPECT(pin.erase() && pin.length() == 1 && pin.erase(true) && pin.length() == 0);
    auto stop = mynacard::cancel::make().value();
    EXPECT(!stop.is_stopped());
    stop.stop();
    EXPECT(stop.is_stopped());
    auto card = virtual_card();
    auto stopped = card.status_json(&stop);
    EXPECT(!stopped && stopped.why().status() == MYNACARD_STATUS_CANCELLED);
    auto waited = mynacard::card::wait("no such reader", 0, &stop);
    EXPECT(!waited);
}

std::string number_b() {
    char number[17] = {};
    EXPECT(mynacard_sandbox_number_b("kyokai-self", number, sizeof number) == 0);
    return number;
}

void cards() {
    auto card = virtual_card();
    EXPECT(card.tries_left().value() == 3);
    EXPECT(has(card.status_json().value(), "\"my-number-card\""));
    auto certificate = card.certificate().value();
    EXPECT(has(mynacard::certificate_json(certificate).value(), "\"verdict\":null"));
    EXPECT(has(mynacard::certificate_json(certificate, "{\"usage\":\"authentication\",\"hierarchy\":\"simulation\"}").value(),
               "\"revocation\":\"not-asked\""));
    EXPECT(!mynacard::certificate_json(certificate, "{\"usage\":\"authentication\",\"hierarchy\":\"production\"}"));

    EXPECT(card.record());
    EXPECT(has(card.attributes_json(pin_of("1234"), mynacard_sandbox_authorities()).value(), "\"verified\":true"));
    auto trace = card.recorded().value();
    EXPECT(has(trace, "\"event\":\"begin\"") && trace.find("31323334") == std::string::npos);
    auto replayed = mynacard::card::from_trace(trace).value();
    EXPECT(!replayed.certificate());

    auto face = card.face(number_b(), mynacard_sandbox_authorities()).value();
    EXPECT(face.photo.size() > 1000 && face.name.substr(1, 3) == "PNG" && face.address.substr(1, 3) == "PNG");
    EXPECT(has(face.json, "\"birth\""));

    EXPECT(card.change_pin(MYNACARD_CARD_PIN_AUTHENTICATION, pin_of("1234"), pin_of("5678")));
    auto wrong = card.change_pin(MYNACARD_CARD_PIN_AUTHENTICATION, pin_of("1234"), pin_of("5678"));
    EXPECT(!wrong && wrong.why().status() == MYNACARD_STATUS_WRONG_PIN && wrong.why().tries_left() == 2);
    EXPECT(card.wait_removed(0));  // a card behind functions is in no reader
}

struct book {
    int shown = 0;
    int steps = 0;
    int lines = 0;
};

void consents(mynacard::desk &desk, const mynacard::answer &checked) {
    EXPECT(has(desk.home("{\"do\":\"register\",\"reference\":\"0001\",\"care\":\"visiting\",\"kinds\":[\"medicines\"]}", &checked).value(),
               "\"active\""));
    EXPECT(desk.requery("{\"do\":\"requery\",\"reference\":\"0001\"}").value().count() == 1);
    auto unknown = desk.requery("{\"do\":\"requery\",\"reference\":\"0009\"}");
    EXPECT(!unknown && unknown.why().turn() == MYNACARD_CLASS_PEER);
    auto submitted = desk.home("{\"do\":\"submit\",\"care\":\"visiting\",\"by\":\"visit-date\"}").value();
    const auto start = submitted.find("\":\"") + 3;
    const auto number = submitted.substr(start, 20);
    for (int i = 0; i < 200; i++) {
        auto polled = desk.home("{\"do\":\"poll\",\"reception_number\":\"" + number + "\"}").value();
        if (polled.find("in-progress") == std::string::npos) {
            break;
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(100));
    }
    int patients = 0;
    auto downloaded = desk.download(number, [&patients](std::string_view json) {
        patients += json.find("\"answer\"") != std::string_view::npos;
        return true;
    });
    EXPECT(has(downloaded.value(), "\"patients\":1") && patients == 1);
}

void desks(const std::string &folder) {
    running sandbox(mynacard_sandbox_start(), mynacard_sandbox_stop);
    mynacard_sandbox_activation user;
    EXPECT(sandbox && mynacard_sandbox_issue_activation(sandbox.get(), &user) == 0);
    auto service = service_of(sandbox);

    mynacard::registration registration;
    registration.institution_code = user.institution_code;
    registration.id = user.id;
    registration.activation_code = user.activation_code;
    registration.path = folder + "/terminal.vault";
    registration.passcode = "a long passcode";
    EXPECT(!mynacard::terminal::enrol(service, registration));  // nobody accepted the terms
    registration.terms_accepted = true;
    auto terminal = mynacard::terminal::enrol(service, registration).value();
    EXPECT(has(terminal.json().value(), "\"kept\":true"));
    EXPECT(has(terminal.manage(MYNACARD_TERMINAL_ACTION_VISUAL_ON).value(), "\"visual_check\":\"on\""));
    auto again = mynacard::terminal::open(registration.path, "another passcode");
    EXPECT(!again);

    book book;
    EXPECT(mynacard::log_to([&book](std::int32_t, std::string_view line) { book.lines += !line.empty(); }, 5));
    const std::string trail = folder + "/audit";
    mynacard_desk_options options = MYNACARD_DESK_OPTIONS_INIT;
    options.visual_check = 1;
    options.audit_folder = reinterpret_cast<const std::uint8_t *>(trail.data());
    options.audit_folder_size = trail.size();
    auto card = virtual_card();
    {
        auto desk = mynacard::desk::open(
                        service, terminal, options, [&book](mynacard_step) { book.steps++; },
                        [&book](std::string_view event) {
                            book.shown += event.find("\"shown\"") != std::string_view::npos;
                            return true;
                        })
                        .value();
        mynacard_ask ask = MYNACARD_ASK_INIT;
        ask.purpose = MYNACARD_PURPOSE_VISITING;
        ask.consents = MYNACARD_CONSENT_MEDICINES;
        auto answer = desk.prepare(ask).value().by_pin(card, pin_of("1234")).value();
        EXPECT(answer.text("Name").value() == "医療　太郎" && book.shown == 1 && book.steps > 4);
        consents(desk, answer);

        // By sight, with the photo that nobody can have swapped; then by the tap alone.
        ask = MYNACARD_ASK_INIT;
        ask.method = MYNACARD_METHOD_VISUAL;
        auto check = desk.prepare(ask).value();
        EXPECT(check.tap_face(card, number_b(), mynacard_sandbox_authorities()).value().photo.size() > 1000);
        EXPECT(check.confirm("staff-07"));
        EXPECT(has(check.by_sight(card).value().check_json().value(), "online-visual"));
        auto second = desk.prepare(ask).value();
        EXPECT(second.tap(card) && second.confirm("staff-07") && second.by_sight(card));

        // The answer gets lost, and comes without card and PIN.
        auto lost = desk.prepare().value();
        EXPECT(mynacard_sandbox_lose_answers(sandbox.get(), 1) == 0);
        EXPECT(!lost.by_pin(card, pin_of("1234")));
        EXPECT(mynacard_sandbox_lose_answers(sandbox.get(), 0) == 0);
        EXPECT(lost.deliver_again().value().count() == 1);

        // This card's reader has no keypad.
        auto keypad = desk.prepare().value();
        EXPECT(!keypad.by_keypad(card));
        EXPECT(mynacard_sandbox_suffer(sandbox.get(), "maintenance") == 0);
        auto away = desk.prepare();
        const bool served = away && away->by_pin(card, pin_of("1234"));
        EXPECT(!served);  // a challenge may have been left over, an answer not
        EXPECT(mynacard_sandbox_suffer(sandbox.get(), "none") == 0);
    }
    // A function that keeps nothing: nothing is shown.
    {
        auto strict = mynacard::desk::open(service, terminal, MYNACARD_DESK_OPTIONS_INIT, {}, [](std::string_view) -> bool {
                          throw std::runtime_error("the disk is full");
                      }).value();
        EXPECT(!strict.prepare().value().by_pin(card, pin_of("1234")));
    }
    EXPECT(has(mynacard::audit_json(&terminal, trail, 10).value(), "\"whole\":true"));
    EXPECT(has(mynacard::doctor_json(&service, &terminal, trail).value(), "\"parts\""));
    EXPECT(has(mynacard::doctor_json().value(), "\"unknown\""));
    EXPECT(has(terminal.manage(MYNACARD_TERMINAL_ACTION_REMOVE, &service, trail).value(), "\"removed\":true"));
    EXPECT(mynacard::log_to({}) && book.lines > 0);

    // Without a vault at first.
    EXPECT(mynacard_sandbox_issue_activation(sandbox.get(), &user) == 0);
    auto loose = mynacard::terminal::activate(service, user.institution_code, user.id, user.activation_code, true).value();
    EXPECT(loose.store(folder + "/second.vault", "a long passcode"));
    EXPECT(mynacard::terminal::open(folder + "/second.vault", "a long passcode"));

    // Without a passcode, by a key of the program's; none where it throws.
    int keys = 0;
    EXPECT(!loose.store(folder + "/third.vault", ""));
    EXPECT(mynacard::keep_keys([&keys](mynacard::bytes_view id, std::uint8_t *key) {
        std::copy_n(id.data, id.size, key);
        std::fill_n(key + id.size, 16, std::uint8_t{7});
        ++keys;
        return true;
    }));
    EXPECT(loose.store(folder + "/third.vault", "") && keys > 0);
    EXPECT(mynacard::terminal::open(folder + "/third.vault", ""));
    EXPECT(mynacard::keep_keys([](mynacard::bytes_view, std::uint8_t *) -> bool { throw std::runtime_error("locked"); }));
    EXPECT(!mynacard::terminal::open(folder + "/third.vault", ""));
    EXPECT(mynacard::keep_keys({}));
}

void folders(const std::string &folder) {
    mynacard::exchange places;
    places.req = folder + "/req";
    places.res = folder + "/res";
    places.journal = folder + "/journal";
    for (const auto &place : {places.req, places.res, places.journal, folder + "/face"}) {
        EXPECT(std::system(("mkdir '" + place + "'").c_str()) == 0);
    }
    auto exchange = mynacard::folder::open(places).value();
    auto name = exchange
                    .submit("{\"institution\":\"1312345679\",\"insurer\":\"06130488\",\"number\":\"12345\",\"birth\":\"19800217\","
                            "\"day\":\"20261121\"}")
                    .value();
    auto early = exchange.next_named(0);
    EXPECT(!early && early.why().status() == MYNACARD_STATUS_TIMEOUT);
    auto answered = name;
    answered.replace(answered.find("req_"), 4, "res_");
    std::ofstream(places.res + "/" + answered, std::ios::binary) << ANSWER;
    auto next = exchange.next_named(20000).value();
    EXPECT(next.first.count() == 1 && next.second == name);
    EXPECT(has(exchange.manage("{\"do\":\"requests\"}").value(), name.c_str()));
    int people = 0;
    auto told = exchange.manage("{\"do\":\"read\",\"name\":\"" + name + "\"}", [&people](std::string_view) { return ++people > 0; });
    EXPECT(has(told.value(), "\"late\":false"));
    EXPECT(exchange.finish(name));
    EXPECT(!exchange.finish("no-request", true));

    auto faces = mynacard::folder::open(folder + "/face", true).value();
    std::ofstream(folder + "/face/OQSsiquc01res_face_B2_20261120103000.xml", std::ios::binary) << ANSWER;
    EXPECT(faces.next(20000).value().count() == 1);
}

}  // namespace

int main(int argc, char **argv) {
    if (argc < 2) {
        return EXIT_FAILURE;
    }
    try {
        pure();
        pins();
        cards();
        desks(argv[1]);
        folders(argv[1]);
    } catch (const mynacard::exception &error) {
        std::cerr << error.what() << "\n";
        failures++;
    }
    if (failures == 0) {
        std::cout << "done\n";
    }
    return failures == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
