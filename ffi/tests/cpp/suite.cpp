// Everything that mynacard.hpp offers, used for what it does, against the sandbox: suite FOLDER. Prints "done" when all is as
// promised.
#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <iostream>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

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
    // A result that is only asked keeps its error, and so do the exception and every copy of it.
    thrown = false;
    const auto &asked = refused;
    for (int i = 0; i < 2; i++) {
        try {
            (void)(i == 0 ? refused.value() : asked.value());
        } catch (const mynacard::exception &error) {
            thrown = error.why().code() == "MC-9001";
        }
        EXPECT(thrown && refused.why().code() == "MC-9001" && refused.why().turn() == MYNACARD_CLASS_CALLER);
        thrown = false;
    }
    const auto found = mynacard::guidance_json("MC-1003");
    EXPECT(has(found.value(), "MC-1003"));
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
    bool thrown = false;
    try {
        (void)desk.download(number, [](std::string_view) -> bool { throw std::domain_error("no room"); }).value();
    } catch (const std::domain_error &) {
        thrown = true;
    }
    EXPECT(thrown);
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
    // Test cards have roots of their own, and no other service has any.
    {
        auto testing = service;
        testing.trust = MYNACARD_TRUST_JPKI_TEST;
        testing.name = "mynacard-sandbox";
        testing.environment = "sandbox";
        auto rootless = mynacard::desk::open(testing, terminal);
        EXPECT(!rootless && rootless.why().status() == MYNACARD_STATUS_INVALID_ARGUMENT);
        testing.test_roots = service.root + service.root;  // certificates, and roots of something else
        auto unfit = mynacard::desk::open(testing, terminal);
        EXPECT(!unfit && unfit.why().status() != MYNACARD_STATUS_INVALID_ARGUMENT &&
               has(unfit.why().text(MYNACARD_ERROR_ITEM_DETAIL), "JPKI-TEST"));
        testing.trust = MYNACARD_TRUST_SIMULATION;
        auto both = mynacard::desk::open(testing, terminal);
        EXPECT(!both && both.why().status() == MYNACARD_STATUS_INVALID_ARGUMENT);
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

/// A face folder with a journal: a file comes until it is finished, across restarts.
void faces_with_journal(const std::string &folder) {
    const std::string first = "OQSsiquc01res_face_A1_20261120103000.xml", second = "OQSsiquc01res_face_A2_20261120103100.xml";
    mynacard::exchange places;
    places.face = folder + "/faces";
    places.journal = folder + "/taken";
    for (const auto &place : {places.face, places.journal}) {
        EXPECT(std::system(("mkdir '" + place + "'").c_str()) == 0);
    }
    std::ofstream(places.face + "/" + first, std::ios::binary) << ANSWER;
    places.existing = true;
    for (const bool last : {false, true}) {
        auto faces = mynacard::folder::open(places).value();
        EXPECT(faces.next_named(20000).value().second == first);
        EXPECT(!last || faces.finish(first));
    }
    std::ofstream(places.face + "/" + second, std::ios::binary) << "<XmlMsg>";
    const auto nothing_within = [&places](std::int64_t timeout_ms) {
        auto next = mynacard::folder::open(places).value().next(timeout_ms);
        return !next && next.why().status() == MYNACARD_STATUS_TIMEOUT;
    };
    // What cannot be read is told after the usual ten seconds, or at once where somebody has no patience.
    EXPECT(nothing_within(1000));
    places.patience_ms = 1;
    auto unread = mynacard::folder::open(places).value().next(8000);
    EXPECT(!unread && unread.why().status() == MYNACARD_STATUS_INPUT && unread.why().text(MYNACARD_ERROR_ITEM_SUBJECT) == second);

    // What is there is old, unless somebody wants it.
    places.existing = false;
    places.journal = folder + "/taken-anew";
    EXPECT(std::system(("mkdir '" + places.journal + "'").c_str()) == 0);
    EXPECT(nothing_within(500));
}

/// An answer to what is no single query, a function that wants no more of it, and a program that takes short ones only.
void many_people(const mynacard::exchange &places) {
    auto exchange = mynacard::folder::open(places).value();
    auto name = exchange
                    .submit("{\"do\":\"download\",\"institution\":\"1312345679\",\"of\":\"bulk\",\"reception_number\":"
                            "\"00000000000000000001\"}")
                    .value();
    const std::string person = "<BulkConfirmUnit><ResultList><ResultOfQualificationConfirmation><InsurerNumber>06130488</InsurerNumber>"
                               "</ResultOfQualificationConfirmation></ResultList></BulkConfirmUnit>";
    auto answered = name;
    answered.replace(answered.find("req_"), 4, "res_");
    std::ofstream(places.res + "/" + answered, std::ios::binary)
        << "<?xml version=\"1.0\" encoding=\"UTF-8\"?><XmlMsg><MessageHeader><SegmentOfResult>1</SegmentOfResult></MessageHeader>"
        << "<MessageBody>" << person << person << "</MessageBody></XmlMsg>";
    auto next = exchange.next_named(20000).value();
    EXPECT(next.first.get() == nullptr && next.first.count() == 0 && next.second == name);
    const auto read = "{\"do\":\"read\",\"name\":\"" + name + "\"}";
    int people = 0;
    EXPECT(has(exchange.manage(read, [&people](std::string_view) { return ++people > 0; }).value(), "\"people\":2") && people == 2);
    people = 0;
    auto enough = exchange.manage(read, [&people](std::string_view) { return ++people < 1; });
    EXPECT(!enough && enough.why().status() == MYNACARD_STATUS_CANCELLED && !enough.why().thrown() && people == 1);
    { auto gone = std::move(exchange); }
    {
        auto narrow = places;
        narrow.max_answer = 64;
        auto unread = mynacard::folder::open(narrow).value().next(20000);
        EXPECT(!unread && unread.why().status() == MYNACARD_STATUS_INPUT && unread.why().text(MYNACARD_ERROR_ITEM_SUBJECT) == name);
    }
    exchange = mynacard::folder::open(places).value();
    EXPECT(exchange.next(20000).value().get() == nullptr);
    EXPECT(exchange.finish(name));
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
    { auto gone = std::move(exchange); }
    places.patience_ms = 1;
    many_people(places);
    faces_with_journal(folder);

    auto faces = mynacard::folder::open(folder + "/face", true).value();
    std::ofstream(folder + "/face/OQSsiquc01res_face_B2_20261120103000.xml", std::ios::binary) << ANSWER;
    EXPECT(faces.next(20000).value().count() == 1);
}

/// What the program's own objects were asked, and where they shall throw.
struct book_of_objects {
    int destroyed = 0;
    int calls = 0;
    int relayed = 0;
    std::string throws;
    std::function<void()> at_end;
};

void may_throw(book_of_objects &book, const char *where) {
    book.calls++;
    if (book.throws == where) {
        throw std::domain_error(where);
    }
}

/// The sandbox's virtual card, with somebody in between.
class own_card : public mynacard::transport {
public:
    explicit own_card(book_of_objects &book) : book_(book) { EXPECT(mynacard_sandbox_card("kyokai-self", 1, &table_) == 0); }
    ~own_card() override {
        book_.destroyed++;
        table_.destroy(table_.userdata);
    }
    mynacard_transport_result begin() override {
        may_throw(book_, "begin");
        return static_cast<mynacard_transport_result>(table_.begin(table_.userdata));
    }
    std::int32_t exchange(mynacard::bytes_view command, bool secret, std::uint8_t *response, std::size_t capacity,
                          std::size_t &size) override {
        may_throw(book_, "exchange");
        return table_.exchange(table_.userdata, command.data, command.size, secret, response, capacity, &size);
    }
    void end(mynacard_end how) override {
        table_.end(table_.userdata, static_cast<std::int32_t>(how));
        if (book_.at_end) {
            book_.at_end();
        }
        may_throw(book_, "end");
    }
    std::pair<std::size_t, std::size_t> limits() const override { return {table_.max_command, table_.max_response}; }

private:
    book_of_objects &book_;
    mynacard_transport table_ = MYNACARD_TRANSPORT_INIT;
};

/// The sandbox's own line, likewise.
class own_line : public mynacard::carrier {
public:
    own_line(const running &sandbox, book_of_objects &book) : book_(book) {
        EXPECT(mynacard_sandbox_carrier(sandbox.get(), &table_) == 0);
    }
    ~own_line() override {
        book_.destroyed++;
        table_.destroy(table_.userdata);
    }
    mynacard_carried carry(const request &request, mynacard::room &answer, std::uint32_t &status) override {
        may_throw(book_, std::string(request.operation).c_str());
        book_.relayed += request.operation.substr(0, 10) == "/v1/relay/";
        EXPECT(request.timeout_ms > 0 && answer.capacity() >= 1 << 20);
        std::size_t size = 0;
        const auto carried = ask(request.operation, request.body, request.key, answer.data(), answer.capacity(), size, status);
        answer.wrote(size);
        return carried;
    }
    mynacard_carried ask(std::string_view operation, std::string_view body, std::string_view key, std::uint8_t *response,
                         std::size_t capacity, std::size_t &size, std::uint32_t &status) {
        auto bytes = [](std::string_view text) {
            return text.empty() ? nullptr : reinterpret_cast<const std::uint8_t *>(text.data());
        };
        return static_cast<mynacard_carried>(table_.carry(table_.userdata, bytes(operation), operation.size(), bytes(body),
                                                          body.size(), bytes(key), key.size(), 1000, response, capacity, &size,
                                                          &status));
    }

private:
    book_of_objects &book_;
    mynacard_carrier table_ = MYNACARD_CARRIER_INIT;
};

std::string member(const std::string &json, const std::string &name) {
    const auto found = json.find("\"" + name + "\":\"");
    if (found == std::string::npos) {
        return {};
    }
    const auto start = found + name.size() + 4;
    return json.substr(start, json.find('"', start) - start);
}

const std::string DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

std::string from_base64(const std::string &text) {
    std::string out;
    unsigned bits = 0, held = 0;
    for (char c : text.substr(0, text.find('='))) {
        bits = bits << 6 | static_cast<unsigned>(DIGITS.find(c));
        held += 6;
        if (held >= 8) {
            held -= 8;
            out.push_back(static_cast<char>(bits >> held));
        }
    }
    return out;
}

std::string to_base64(mynacard::bytes_view bytes) {
    std::string out;
    for (std::size_t i = 0; i < bytes.size; i += 3) {
        const auto at = [&](std::size_t n) { return n < bytes.size ? unsigned{bytes.data[n]} : 0U; };
        const unsigned group = at(i) << 16 | at(i + 1) << 8 | at(i + 2);
        out.push_back(DIGITS[group >> 18]);
        out.push_back(DIGITS[group >> 12 & 63]);
        out.push_back(i + 1 < bytes.size ? DIGITS[group >> 6 & 63] : '=');
        out.push_back(i + 2 < bytes.size ? DIGITS[group & 63] : '=');
    }
    return out;
}

/// Has its commands from the service over the line of above, as a vendor's middleware would.
class own_provider : public mynacard::pinless_provider {
public:
    own_provider(std::shared_ptr<own_line> line, book_of_objects &book) : line_(std::move(line)), book_(book) {}
    ~own_provider() override { book_.destroyed++; }
    mynacard_pinless_result next(std::string_view challenge, std::uint32_t step, mynacard::bytes_view answer,
                                 mynacard::room &output) override {
        may_throw(book_, "next");
        if (book_.throws == "too long") {
            EXPECT(!output.write(std::string(output.capacity() + 1, 'x')));
            return MYNACARD_PINLESS_RESULT_REFUSED;
        }
        const std::string ask = step == 1 ? "{\"challenge_id\":\"" + std::string(challenge) + "\"}"
                                          : "{\"relay_id\":\"" + relay_ + "\",\"step\":" + std::to_string(step - 1) +
                                                ",\"response\":\"" + to_base64(answer) + "\"}";
        std::vector<std::uint8_t> bytes(1 << 16);
        std::size_t size = 0;
        std::uint32_t status = 0;
        EXPECT(line_->ask(step == 1 ? "/v1/relay/start" : "/v1/relay/step", ask, {}, bytes.data(), bytes.size(), size, status) ==
                   MYNACARD_CARRIED_ANSWERED &&
               status == 200);
        const std::string said(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(size));
        if (step == 1) {
            relay_ = member(said, "relay_id");
        }
        const std::string grant = member(said, "grant");
        if (grant.empty()) {
            EXPECT(output.write(from_base64(member(said, "command"))));
            return MYNACARD_PINLESS_RESULT_COMMAND;
        }
        std::string raw;
        for (std::size_t i = 0; i + 1 < grant.size(); i += 2) {
            raw.push_back(static_cast<char>(std::stoi(grant.substr(i, 2), nullptr, 16)));
        }
        EXPECT(output.write(raw));
        return MYNACARD_PINLESS_RESULT_DONE;
    }

private:
    std::shared_ptr<own_line> line_;
    book_of_objects &book_;
    std::string relay_;
};

/// What a call that failed says was thrown by the program; and that value() throws the very same.
template <class T>
std::string thrown_by(mynacard::result<T> made) {
    EXPECT(!made);
    if (made || !made.why().thrown()) {
        return {};
    }
    try {
        (void)std::move(made).value();
    } catch (const std::domain_error &error) {
        return error.what();
    }
    return {};
}

mynacard::result<mynacard::answer> by_sight(mynacard::desk &desk, mynacard::card &card) {
    mynacard_ask ask = MYNACARD_ASK_INIT;
    ask.method = MYNACARD_METHOD_VISUAL;
    auto check = desk.prepare(ask);
    if (!check) {
        return std::move(check).why();
    }
    EXPECT(check->tap(card) && check->confirm("staff-07"));
    return check->by_sight(card);
}

/// Card, line and provider of the program's own: what they do, what becomes of what they throw, and that each is destroyed once.
void objects() {
    running sandbox(mynacard_sandbox_start(), mynacard_sandbox_stop);
    mynacard_sandbox_activation user;
    EXPECT(sandbox && mynacard_sandbox_issue_activation(sandbox.get(), &user) == 0);
    book_of_objects cards, lines, providers;
    bool audited = true;
    int unaudited = 0;
    {
        auto line = std::make_shared<own_line>(sandbox, lines);
        mynacard::service service;
        service.trust = MYNACARD_TRUST_SIMULATION;
        service.line = line;
        const auto activate = [&] {
            return mynacard::terminal::activate(service, user.institution_code, user.id, user.activation_code, true);
        };
        lines.throws = "/v1/activate";
        EXPECT(thrown_by(activate()) == "/v1/activate");
        lines.throws.clear();
        auto terminal = activate().value();
        EXPECT(has(mynacard::doctor_json(&service, &terminal).value(), "\"environment\":\"sandbox\""));

        mynacard_desk_options options = MYNACARD_DESK_OPTIONS_INIT;
        options.visual_check = 1;
        // What a desk that was not opened was given is gone at once, and the line is still the program's.
        options.visual_check = 7;
        EXPECT(!mynacard::desk::open(service, terminal, options, {}, {}, std::make_unique<own_provider>(line, providers)));
        EXPECT(providers.destroyed == 1 && lines.destroyed == 0);
        options.visual_check = 1;
        auto desk = mynacard::desk::open(
                        service, terminal, options, [](mynacard_step) { throw std::domain_error("progress"); },
                        [&audited, &unaudited](std::string_view) -> bool {
                            if (!audited) {
                                unaudited++;
                                throw std::domain_error("audit");
                            }
                            return true;
                        },
                        std::make_unique<own_provider>(line, providers))
                        .value();
        EXPECT(!mynacard::card::behind(std::unique_ptr<mynacard::transport>()));
        auto card = mynacard::card::behind(std::make_unique<own_card>(cards)).value();
        const auto by_pin = [&] {
            auto check = desk.prepare();
            return check ? check->by_pin(card, pin_of("1234")) : mynacard::result<mynacard::answer>(std::move(check).why());
        };

        // A PIN stays its owner's: empty once it was sent, whole where nothing was tried.
        auto once = pin_of("1234");
        auto gone = desk.prepare().value();
        auto nowhere = std::move(card);
        EXPECT(!gone.by_pin(card, once) && once.length() == 4);
        card = std::move(nowhere);
        EXPECT(gone.by_pin(card, once) && once.length() == 0);
        // All of them work, and what a screen throws is its own affair.
        EXPECT(by_pin().value().count() == 1);
        EXPECT(by_sight(desk, card).value().count() == 1 && providers.calls > 1 && lines.relayed == 0);

        // The card.
        for (const char *where : {"begin", "exchange"}) {
            cards.throws = where;
            auto failed = by_pin();
            EXPECT(!failed && failed.why().status() != MYNACARD_STATUS_OK && !failed.why().code().empty());
            EXPECT(thrown_by(std::move(failed)) == where);
            EXPECT(thrown_by(card.status_json()) == where && thrown_by(card.certificate()) == where);
            EXPECT(thrown_by(card.tries_left()) == where);
            EXPECT(thrown_by(card.attributes_json(pin_of("1234"))) == where);
            EXPECT(thrown_by(card.face(number_b(), mynacard_sandbox_authorities())) == where);
            EXPECT(thrown_by(card.change_pin(MYNACARD_CARD_PIN_AUTHENTICATION, pin_of("1234"), pin_of("5678"))) == where);
        }
        cards.throws = "end";
        EXPECT(by_pin().value().count() == 1);
        cards.throws.clear();
        // What was thrown belongs to the call that failed by it, and to no later one.
        auto wrong = desk.prepare().value().by_pin(card, pin_of("9999"));
        EXPECT(!wrong && wrong.why().status() == MYNACARD_STATUS_WRONG_PIN && !wrong.why().thrown());
        EXPECT(by_pin());

        // A call that was turned away, inside a callback or because of a handle, takes nothing of the call that is under way.
        int turned_away = 0;
        cards.throws = "exchange";
        cards.at_end = [&] {
            auto inside = card.status_json();
            EXPECT(!inside && inside.why().status() == MYNACARD_STATUS_REENTRANT && !inside.why().thrown());
            std::thread([&] {
                mynacard_cancel *freed = nullptr;
                EXPECT(mynacard_cancel_new(&freed, nullptr) == MYNACARD_STATUS_OK);
                EXPECT(mynacard_cancel_free(freed) == MYNACARD_STATUS_OK);
                const mynacard::cancel stale(freed);
                auto nothing = card.certificate(&stale);
                EXPECT(!nothing && nothing.why().status() == MYNACARD_STATUS_INVALID_HANDLE && !nothing.why().thrown());
                auto busy = card.certificate();
                EXPECT(!busy && busy.why().status() == MYNACARD_STATUS_BUSY && !busy.why().thrown());
            }).join();
            turned_away++;
        };
        EXPECT(thrown_by(by_pin()) == "exchange" && turned_away > 0);
        cards.throws.clear();
        cards.at_end = nullptr;
        EXPECT(by_pin());

        // The line: before anything was sent, and after the proof.
        lines.throws = "/v1/challenge";
        EXPECT(thrown_by(by_pin()) == "/v1/challenge");
        lines.throws.clear();
        auto ready = desk.prepare().value();
        lines.throws = "/v1/confirm";
        auto undelivered = ready.by_pin(card, pin_of("1234"));
        EXPECT(!undelivered && undelivered.why().code() == "MC-6013" && thrown_by(std::move(undelivered)) == "/v1/confirm");
        lines.throws.clear();
        EXPECT(ready.deliver_again().value().count() == 1);

        // The provider.
        providers.throws = "next";
        EXPECT(thrown_by(by_sight(desk, card)) == "next");
        providers.throws = "too long";
        auto refused = by_sight(desk, card);
        EXPECT(!refused && refused.why().code() == "MC-5026" && !refused.why().thrown());
        providers.throws.clear();
        EXPECT(by_sight(desk, card));

        // The audit: nothing is shown that was not kept.
        auto unkept = desk.prepare().value();
        audited = false;
        EXPECT(thrown_by(unkept.by_pin(card, pin_of("1234"))) == "audit");
        audited = true;
        // Nor is an answer there any more whose end was not kept; that is no call, and no later call's failure.
        auto shown = by_pin();
        auto later = desk.prepare().value();
        EXPECT(shown);
        audited = false;
        unaudited = 0;
        { auto gone = std::move(shown).value(); }
        EXPECT(unaudited == 1);
        audited = true;
        auto mistyped = later.by_pin(card, pin_of("9999"));
        EXPECT(!mistyped && mistyped.why().status() == MYNACARD_STATUS_WRONG_PIN && !mistyped.why().thrown());

        // They live as long as whatever uses them.
        auto last = desk.prepare().value();
        service.line.reset();
        line.reset();
        { auto gone = std::move(desk); }
        EXPECT(lines.destroyed == 0 && providers.destroyed == 1);
        EXPECT(last.by_pin(card, pin_of("1234")));
        EXPECT(cards.destroyed == 0);
    }
    EXPECT(cards.destroyed == 1 && lines.destroyed == 1 && providers.destroyed == 2);
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
        objects();
    } catch (const std::exception &error) {
        std::cerr << error.what() << "\n";
        failures++;
    }
    if (failures == 0) {
        std::cout << "done\n";
    }
    return failures == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
