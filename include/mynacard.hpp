// mynacard for C++17: owning handles over mynacard.h, header only.
//
// Everything that can fail returns result<T>. Ask it (`if (r)`, r.why()), or let it throw (r.value()): the choice is the
// caller's at each call. Handles are move-only and as large as a pointer.
//
// Functions and objects of the program that the library calls may throw: nothing of it passes the library. What made a call
// fail is kept and thrown on by r.value(), and is in r.why().thrown() for whoever asks instead.
//
//     mynacard::answer a = desk.prepare().value().by_pin(card, mynacard::pin::of("1234").value()).value();
#ifndef MYNACARD_HPP
#define MYNACARD_HPP

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>

#include "mynacard.h"

namespace mynacard {

namespace detail {

/// Whether this thread is freeing a handle: what functions of the program throw then, such as an audit that hears that an answer is
/// gone, is no call's.
inline thread_local bool releasing = false;

template <class T, auto Free>
struct freeing {
    void operator()(T *handle) const noexcept {
        const bool before = std::exchange(releasing, true);
        Free(handle);
        releasing = before;
    }
};
template <class T, auto Free>
using handle = std::unique_ptr<T, freeing<T, Free>>;

inline const std::uint8_t *data(std::string_view text) noexcept {
    return reinterpret_cast<const std::uint8_t *>(text.data());
}

using buffer = handle<mynacard_buffer, mynacard_buffer_free>;

inline std::string text(mynacard_buffer *owned) {
    buffer own(owned);
    if (!own) {
        return {};
    }
    return {reinterpret_cast<const char *>(mynacard_buffer_data(own.get())), mynacard_buffer_size(own.get())};
}

}  // namespace detail

/// Bytes of the caller: a pointer and a length.
struct bytes_view {
    const std::uint8_t *data = nullptr;
    std::size_t size = 0;

    /// None.
    bytes_view() = default;
    /// As many bytes from there.
    bytes_view(const std::uint8_t *bytes, std::size_t count) noexcept : data(bytes), size(count) {}
    /// The bytes of a text.
    bytes_view(std::string_view text) noexcept : data(detail::data(text)), size(text.size()) {}
    /// The bytes of a text that ends with zero.
    bytes_view(const char *text) noexcept : bytes_view(std::string_view(text)) {}
    /// The bytes of a vector, a string, an array.
    template <class Container, class = decltype(std::declval<const Container &>().data()[0]),
              class = std::enable_if_t<sizeof(*std::declval<const Container &>().data()) == 1>>
    bytes_view(const Container &bytes) noexcept
        : data(reinterpret_cast<const std::uint8_t *>(bytes.data())), size(bytes.size()) {}
};

/// Why a call failed.
class error {
public:
    /// What the call returned.
    mynacard_status status() const noexcept { return status_; }
    /// Whose turn it is.
    mynacard_class turn() const noexcept { return mynacard_error_class(own_.get()); }
    /// What the error object itself says that the call returned.
    mynacard_status told_status() const noexcept { return mynacard_error_status(own_.get()); }
    /// The stable code, for example "MC-1003".
    std::string code() const {
        const char *code = mynacard_error_code(own_.get());
        return code == nullptr ? std::string() : std::string(code);
    }
    /// The PIN tries left, where the error knows.
    std::optional<int> tries_left() const noexcept { return known(mynacard_error_tries_left(own_.get())); }
    /// The card's status word, where one is behind the error.
    std::optional<int> status_word() const noexcept { return known(mynacard_error_status_word(own_.get())); }
    /// A text, UTF-8.
    std::string text(mynacard_error_item item, mynacard_language language = MYNACARD_LANGUAGE_JAPANESE) const {
        mynacard_buffer *text = nullptr;
        mynacard_error_text(own_.get(), item, language, MYNACARD_ENCODING_UTF8, &text);
        return detail::text(text);
    }

    /// What a function of this program threw while the call ran; null where none did. result::value throws it on; what the
    /// library knows besides, such as the tries left, is in this object.
    const std::exception_ptr &thrown() const noexcept { return thrown_; }

    /// What a call returned, and what it wrote to its last parameter.
    error(mynacard_status status, mynacard_error *owned, std::exception_ptr thrown = nullptr)
        : status_(status), own_(detail::handle<mynacard_error, mynacard_error_free>(owned)), thrown_(std::move(thrown)) {}
    /// The same error, with what a function of this program threw.
    error with(std::exception_ptr thrown) && noexcept {
        thrown_ = std::move(thrown);
        return std::move(*this);
    }

private:
    static std::optional<int> known(std::int32_t value) noexcept {
        return value < 0 ? std::nullopt : std::optional<int>(value);
    }
    mynacard_status status_;
    /// Shared, so that what is thrown and the result that it is thrown from both have it.
    std::shared_ptr<mynacard_error> own_;
    std::exception_ptr thrown_;
};

/// What result::value throws.
class exception : public std::exception {
public:
    /// With its code and detail as the text.
    explicit exception(error why) : held_(std::make_shared<held>(std::move(why))) {}
    /// Why the call failed.
    const error &why() const noexcept { return held_->why; }
    /// Code and detail, for a log.
    const char *what() const noexcept override { return held_->what.c_str(); }

private:
    /// Shared, so that copying an exception cannot throw another one.
    struct held {
        explicit held(error given) : why(std::move(given)), what(why.code() + ": " + why.text(MYNACARD_ERROR_ITEM_DETAIL)) {}
        error why;
        std::string what;
    };
    std::shared_ptr<const held> held_;
};

/// A value, or why there is none.
template <class T>
class [[nodiscard]] result {
public:
    /// A value.
    result(T value) : held_(std::in_place_index<0>, std::move(value)) {}
    /// No value.
    result(error why) : held_(std::in_place_index<1>, std::move(why)) {}

    /// Whether there is a value.
    explicit operator bool() const noexcept { return held_.index() == 0; }
    /// The value. When there is none it throws what a function of this program threw during the call, or else
    /// mynacard::exception; why() says the same afterwards.
    T value() && {
        must_be();
        return std::get<0>(std::move(held_));
    }
    /// The same, left where it is: std::move the result to take it.
    T &value() & {
        must_be();
        return std::get<0>(held_);
    }
    /// The same, to look at.
    const T &value() const & {
        must_be();
        return std::get<0>(held_);
    }
    /// The value of a result that is true.
    T &operator*() & { return std::get<0>(held_); }
    /// A member of the value of a result that is true.
    T *operator->() { return &std::get<0>(held_); }
    /// Why there is no value, of a result that is false.
    const error &why() const & { return std::get<1>(held_); }
    /// The same, taken out of a result that goes.
    error why() && { return std::get<1>(std::move(held_)); }

private:
    void must_be() const {
        if (*this) {
            return;
        }
        if (why().thrown()) {
            std::rethrow_exception(why().thrown());
        }
        throw exception(why());
    }
    std::variant<T, error> held_;
};

/// Nothing, as a value.
struct done {};

namespace detail {

/// Calls a function of the C API that writes to one place.
template <class T, class Out, class Call>
result<T> get(Call &&call) {
    Out out{};
    mynacard_error *why = nullptr;
    mynacard_status status = call(&out, &why);
    if (status != MYNACARD_STATUS_OK) {
        return error(status, why);
    }
    return T(out);
}

template <class Call>
result<done> run(Call &&call) {
    mynacard_error *why = nullptr;
    mynacard_status status = call(&why);
    if (status != MYNACARD_STATUS_OK) {
        return error(status, why);
    }
    return done{};
}

template <class Call>
result<std::string> string(Call &&call) {
    mynacard_buffer *out = nullptr;
    mynacard_error *why = nullptr;
    mynacard_status status = call(&out, &why);
    if (status != MYNACARD_STATUS_OK) {
        return error(status, why);
    }
    return text(out);
}

/// What functions of this program threw, the first of it, until a call takes it.
class caught {
public:
    void keep(std::exception_ptr what) noexcept {
        const alone held(busy_);
        if (!what_) {
            what_ = std::move(what);
        }
    }
    std::exception_ptr take() noexcept {
        const alone held(busy_);
        return std::exchange(what_, nullptr);
    }

private:
    /// Not a mutex, which some compilers for Windows lack; it is held for a moment.
    class alone {
    public:
        explicit alone(std::atomic_flag &busy) noexcept : busy_(busy) {
            while (busy_.test_and_set(std::memory_order_acquire)) {
            }
        }
        ~alone() { busy_.clear(std::memory_order_release); }
        alone(const alone &) = delete;
        alone &operator=(const alone &) = delete;

    private:
        std::atomic_flag &busy_;
    };
    std::atomic_flag busy_ = ATOMIC_FLAG_INIT;
    std::exception_ptr what_;
};

using slot = std::shared_ptr<caught>;

/// Something of this program that the library calls, on a thread of its own: what it throws is kept, and the library is told
/// something else.
template <class Function>
struct called {
    Function function;
    slot thrown;

    template <class Answer, class Call>
    Answer run(Answer otherwise, Call &&call) noexcept {
        try {
            return call(function);
        } catch (...) {
            if (!releasing) {
                thrown->keep(std::current_exception());
            }
            return otherwise;
        }
    }
};

/// A handle whose calls may come back to this program, and what comes of that: as large as a pointer all the same.
template <class T, auto Free>
class reaching {
public:
    explicit reaching(T *owned, slot thrown = nullptr) {
        handle<T, Free> own(owned);
        inside_ = std::make_unique<inside>(inside{std::move(thrown), std::move(own)});
    }
    T *get() const noexcept { return inside_ ? inside_->own.get() : nullptr; }
    slot thrown() const noexcept { return inside_ ? inside_->thrown : nullptr; }

private:
    struct inside {
        slot thrown;
        handle<T, Free> own;
    };
    std::unique_ptr<inside> inside_;
};

/// Whether a call was turned away before it called anybody: what was thrown meanwhile is another call's.
inline bool is_refused(mynacard_status status) noexcept {
    return status == MYNACARD_STATUS_BUSY || status == MYNACARD_STATUS_INVALID_HANDLE || status == MYNACARD_STATUS_REENTRANT;
}

/// A call's result, with what functions of this program threw meanwhile where it failed. A call that succeeded in spite of it, by
/// another attempt, is a success.
template <class T>
result<T> with_thrown(result<T> made, std::initializer_list<slot> slots) {
    if (!made && is_refused(made.why().status())) {
        return made;
    }
    std::exception_ptr first;
    for (const slot &one : slots) {
        std::exception_ptr what = one ? one->take() : nullptr;
        if (!first) {
            first = std::move(what);
        }
    }
    if (made || !first) {
        return made;
    }
    return std::move(made).why().with(std::move(first));
}

}  // namespace detail

/// Stops calls from any thread, for good.
class cancel {
public:
    /// One that was not used yet.
    [[nodiscard]] static result<cancel> make() {
        return detail::get<cancel, mynacard_cancel *>(
            [](auto *out, auto *why) { return mynacard_cancel_new(out, why); });
    }
    /// Stops every call that was given it, and every later one.
    void stop() const noexcept { mynacard_cancel_cancel(own_.get()); }
    /// Whether it was stopped.
    bool is_stopped() const noexcept { return mynacard_cancel_is_cancelled(own_.get()) != 0; }
    /// The handle, for functions of C.
    const mynacard_cancel *get() const noexcept { return own_.get(); }
    /// Takes a handle over.
    explicit cancel(mynacard_cancel *owned) noexcept : own_(owned) {}

private:
    detail::handle<mynacard_cancel, mynacard_cancel_free> own_;
};

namespace detail {
inline const mynacard_cancel *raw(const class cancel *stop) noexcept { return stop == nullptr ? nullptr : stop->get(); }
}  // namespace detail

/// A PIN, digit by digit or at once; wiped when used or gone.
class pin {
public:
    /// A PIN of ASCII digits, or an empty one.
    [[nodiscard]] static result<pin> of(bytes_view digits = {}) {
        return detail::get<pin, mynacard_pin *>(
            [&](auto *out, auto *why) { return mynacard_pin_new(digits.data, digits.size, out, why); });
    }
    /// Adds a digit.
    result<done> push(char digit) {
        return detail::run([&](auto *why) { return mynacard_pin_push(own_.get(), static_cast<std::uint8_t>(digit), why); });
    }
    /// Takes the last digit back, or all.
    result<done> erase(bool all = false) {
        return detail::run([&](auto *why) { return mynacard_pin_erase(own_.get(), all ? 1 : 0, why); });
    }
    /// How many digits there are.
    std::size_t length() const noexcept { return mynacard_pin_length(own_.get()); }
    /// The handle, for functions of C.
    mynacard_pin *get() const noexcept { return own_.get(); }
    /// Takes a handle over.
    explicit pin(mynacard_pin *owned) noexcept : own_(owned) {}

private:
    detail::handle<mynacard_pin, mynacard_pin_free> own_;
};

/// Where an object of this program writes an answer: the library's own bytes, wiped after use where they may hold a secret.
class room {
public:
    /// Bytes of the library.
    room(std::uint8_t *bytes, std::size_t capacity, std::size_t &size) noexcept
        : bytes_(bytes), capacity_(capacity), size_(size) {
        size_ = 0;
    }
    /// How many bytes it holds at most.
    std::size_t capacity() const noexcept { return capacity_; }
    /// Writes the answer, in place of one that was written before; says no, and writes nothing, where it is too long.
    [[nodiscard]] bool write(bytes_view answer) noexcept {
        if (answer.size > capacity_) {
            return false;
        }
        for (std::size_t at = 0; at < answer.size; at++) {
            bytes_[at] = answer.data[at];
        }
        size_ = answer.size;
        return true;
    }
    /// The bytes themselves, for an answer that is made in place; `wrote` says how long it became.
    std::uint8_t *data() noexcept { return bytes_; }
    /// Says how long an answer became that was made in place.
    void wrote(std::size_t size) noexcept { size_ = size; }

private:
    std::uint8_t *bytes_;
    std::size_t capacity_;
    std::size_t &size_;
};

/// A card that this program carries commands to. All functions run on a thread of the library, one at a time. What `begin` and
/// `exchange` throw makes the call fail, as MYNACARD_TRANSPORT_RESULT_OTHER does, and is kept for it; what `end` throws is dropped.
class transport {
public:
    /// When the card is gone, on whatever thread that happens.
    virtual ~transport() = default;
    /// Powers the card down and up, exclusively.
    virtual mynacard_transport_result begin() = 0;
    /// Sends a command; writes the answer to `response`, at most `capacity` bytes, their number to `size`. A secret
    /// command is neither logged nor kept.
    virtual std::int32_t exchange(bytes_view command, bool secret, std::uint8_t *response, std::size_t capacity,
                                  std::size_t &size) = 0;
    /// Ends the dialogue.
    virtual void end(mynacard_end how) = 0;
    /// The longest command and answer; 0 for short ones.
    virtual std::pair<std::size_t, std::size_t> limits() const { return {0, 0}; }
};

/// A connection of this program to the service, instead of HTTPS. `carry` runs on a thread of the library, one at a time for each
/// desk; what it throws means that the request may have reached the service, and is kept for the call.
class carrier {
public:
    /// When the last desk and the program let go of it.
    virtual ~carrier() = default;
    /// What is to be carried.
    struct request {
        /// What is asked: "/v1/challenge".
        std::string_view operation;
        /// JSON; empty for a question without any.
        std::string_view body;
        /// A request that comes again with the same key is still one request; empty where there is none.
        std::string_view key;
        /// How long to wait for the answer.
        std::uint32_t timeout_ms;
    };
    /// Carries a request and waits for the answer: its body goes to `answer`, its status, as HTTP has it, to `status`.
    virtual mynacard_carried carry(const request &request, room &answer, std::uint32_t &status) = 0;
};

/// Somebody whom the card allows to sign without a PIN after proving who they are (目視確認), instead of the service's own relay.
/// `next` runs on a thread of the library, one at a time for each desk; what it throws ends the proof, and is kept for the call.
class pinless_provider {
public:
    /// When the desk and its checks are gone.
    virtual ~pinless_provider() = default;
    /// The next command for the card (MYNACARD_PINLESS_RESULT_COMMAND), or the service's grant at the end
    /// (MYNACARD_PINLESS_RESULT_DONE), goes to `output`. Steps count from 1; `answer` is what the card said to the command before.
    virtual mynacard_pinless_result next(std::string_view challenge, std::uint32_t step, bytes_view answer, room &output) = 0;
};

namespace detail {

using step_function = std::function<void(mynacard_step)>;
using line_function = std::function<void(std::int32_t, std::string_view)>;
using card_functions = called<std::unique_ptr<transport>>;
using line_of_desk = called<std::shared_ptr<carrier>>;
using provider_of_desk = called<std::unique_ptr<pinless_provider>>;
using told_function = called<std::function<bool(std::string_view)>>;

inline std::string_view text_of(const std::uint8_t *data, std::size_t size) noexcept {
    return {reinterpret_cast<const char *>(data), size};
}

extern "C" {
inline std::int32_t mynacard_hpp_begin(void *self) {
    return static_cast<card_functions *>(self)->run<std::int32_t>(
        MYNACARD_TRANSPORT_RESULT_OTHER | MYNACARD_TRANSPORT_NOT_SENT, [](auto &card) { return card->begin(); });
}
inline std::int32_t mynacard_hpp_exchange(void *self, const std::uint8_t *command, std::size_t command_size,
                                          std::int32_t secret, std::uint8_t *response, std::size_t capacity,
                                          std::size_t *size) {
    return static_cast<card_functions *>(self)->run<std::int32_t>(MYNACARD_TRANSPORT_RESULT_OTHER, [&](auto &card) {
        return card->exchange({command, command_size}, secret != 0, response, capacity, *size);
    });
}
inline void mynacard_hpp_end(void *self, std::int32_t how) {
    try {
        static_cast<card_functions *>(self)->function->end(static_cast<mynacard_end>(how));
    } catch (...) {
    }
}
inline void mynacard_hpp_destroy(void *self) { delete static_cast<card_functions *>(self); }
inline std::int32_t mynacard_hpp_carry(void *self, const std::uint8_t *operation, std::size_t operation_size,
                                       const std::uint8_t *request, std::size_t request_size, const std::uint8_t *key,
                                       std::size_t key_size, std::uint32_t timeout_ms, std::uint8_t *response,
                                       std::size_t capacity, std::size_t *size, std::uint32_t *status) {
    return static_cast<line_of_desk *>(self)->run<std::int32_t>(MYNACARD_CARRIED_LOST, [&](auto &line) {
        room answer(response, capacity, *size);
        return line->carry({text_of(operation, operation_size), text_of(request, request_size), text_of(key, key_size), timeout_ms},
                           answer, *status);
    });
}
inline void mynacard_hpp_forget_carrier(void *self) { delete static_cast<line_of_desk *>(self); }
inline std::int32_t mynacard_hpp_next(void *self, const std::uint8_t *challenge, std::size_t challenge_size, std::uint32_t step,
                                      const std::uint8_t *answer, std::size_t answer_size, std::uint8_t *output,
                                      std::size_t capacity, std::size_t *size) {
    return static_cast<provider_of_desk *>(self)->run<std::int32_t>(MYNACARD_PINLESS_RESULT_REFUSED, [&](auto &provider) {
        room written(output, capacity, *size);
        return provider->next(text_of(challenge, challenge_size), step, {answer, answer_size}, written);
    });
}
inline void mynacard_hpp_forget_provider(void *self) { delete static_cast<provider_of_desk *>(self); }
/// A screen's failure is not the check's.
inline void mynacard_hpp_step(void *self, std::int32_t step) {
    try {
        (*static_cast<step_function *>(self))(static_cast<mynacard_step>(step));
    } catch (...) {
    }
}
inline void mynacard_hpp_forget(void *self) { delete static_cast<step_function *>(self); }
/// A function that is told JSON and says whether that is well; what it throws says that it is not.
inline std::int32_t mynacard_hpp_told(void *self, const std::uint8_t *json, std::size_t size) {
    return static_cast<told_function *>(self)->run<std::int32_t>(
        1, [&](auto &told) { return told(text_of(json, size)) ? 0 : 1; });
}
inline void mynacard_hpp_forget_told(void *self) { delete static_cast<told_function *>(self); }
inline std::int32_t mynacard_hpp_key(void *self, const std::uint8_t *vault_id, std::uint8_t *key) {
    try {
        return (*static_cast<std::function<bool(bytes_view, std::uint8_t *)> *>(self))({vault_id, 16}, key) ? 0 : 1;
    } catch (...) {
        return 1;
    }
}
inline void mynacard_hpp_forget_key(void *self) {
    delete static_cast<std::function<bool(bytes_view, std::uint8_t *)> *>(self);
}
inline void mynacard_hpp_line(void *self, std::int32_t level, const std::uint8_t *line, std::size_t size) {
    try {
        (*static_cast<line_function *>(self))(level, text_of(line, size));
    } catch (...) {
    }
}
inline void mynacard_hpp_forget_line(void *self) { delete static_cast<line_function *>(self); }
}

}  // namespace detail

/// What is printed on a card, verified.
struct card_face {
    /// JPEG 2000.
    std::string photo;
    /// PNG.
    std::string name;
    /// PNG.
    std::string address;
    /// Birth date and sex.
    std::string json;

    /// What card::face and check::tap_face do.
    [[nodiscard]] static result<card_face> read(mynacard_card *card, mynacard_check *check, std::string_view number_b,
                                                std::string_view authorities, const cancel *stop) {
        mynacard_buffer *photo = nullptr, *name = nullptr, *address = nullptr, *json = nullptr;
        mynacard_error *why = nullptr;
        mynacard_status status =
            mynacard_card_face(card, check, detail::data(number_b), number_b.size(), detail::data(authorities),
                               authorities.size(), detail::raw(stop), &photo, &name, &address, &json, &why);
        if (status != MYNACARD_STATUS_OK) {
            return error(status, why);
        }
        // All four are owned before the first copy may throw.
        detail::buffer owned[] = {detail::buffer(photo), detail::buffer(name), detail::buffer(address), detail::buffer(json)};
        card_face face;
        face.photo = detail::text(owned[0].release());
        face.name = detail::text(owned[1].release());
        face.address = detail::text(owned[2].release());
        face.json = detail::text(owned[3].release());
        return face;
    }
};

/// A card.
class card {
public:
    /// Waits for a card in a reader; below 0 for ever. An empty name means the only reader that holds one. `options`
    /// choose the lengths that the reader carries.
    [[nodiscard]] static result<card> wait(std::string_view reader = {}, std::int64_t timeout_ms = -1,
                                           const cancel *stop = nullptr,
                                           const mynacard_card_options &options = MYNACARD_CARD_OPTIONS_INIT) {
        return detail::get<card, mynacard_card *>([&](auto *out, auto *why) {
            return mynacard_card_wait(detail::data(reader), reader.size(), &options, timeout_ms, detail::raw(stop), out,
                                      why);
        });
    }
    /// A card behind functions of this program.
    [[nodiscard]] static result<card> behind(std::unique_ptr<transport> functions) {
        mynacard_transport table = MYNACARD_TRANSPORT_INIT;
        if (!functions) {
            return behind(table);  // the library says what is missing
        }
        auto [command, response] = functions->limits();
        auto thrown = std::make_shared<detail::caught>();
        auto kept = std::make_unique<detail::card_functions>(detail::card_functions{std::move(functions), thrown});
        table.userdata = kept.get();
        table.begin = detail::mynacard_hpp_begin;
        table.exchange = detail::mynacard_hpp_exchange;
        table.end = detail::mynacard_hpp_end;
        table.destroy = detail::mynacard_hpp_destroy;
        table.max_command = command;
        table.max_response = response;
        mynacard_card *made = nullptr;
        mynacard_error *why = nullptr;
        const mynacard_status status = mynacard_card_from_transport(&table, &made, &why);
        if (status != MYNACARD_STATUS_OK) {
            return error(status, why);
        }
        (void)kept.release();
        return card(made, std::move(thrown));
    }
    /// A card behind a table as C has it.
    [[nodiscard]] static result<card> behind(const mynacard_transport &table) {
        return detail::get<card, mynacard_card *>(
            [&](auto *out, auto *why) { return mynacard_card_from_transport(&table, out, why); });
    }
    /// A card that answers as a recorded one did.
    [[nodiscard]] static result<card> from_trace(bytes_view trace) {
        return detail::get<card, mynacard_card *>(
            [&](auto *out, auto *why) { return mynacard_card_from_trace(trace.data, trace.size, out, why); });
    }
    /// What the card is and how many tries its PINs have, JSON; spends none.
    result<std::string> status_json(const cancel *stop = nullptr) {
        return string([&](auto *out, auto *why) {
            return mynacard_card_status_json(own_.get(), detail::raw(stop), out, why);
        });
    }
    /// The holder's authentication certificate, DER.
    result<std::string> certificate(const cancel *stop = nullptr) {
        return string([&](auto *out, auto *why) {
            return mynacard_card_certificate(own_.get(), detail::raw(stop), out, why);
        });
    }
    /// Name, address, birth date, sex by the PIN of that application, JSON; verified where `authorities` are given.
    result<std::string> attributes_json(const pin &pin, std::string_view authorities = {}, const cancel *stop = nullptr) {
        return string([&](auto *out, auto *why) {
            return mynacard_card_attributes_json(own_.get(), pin.get(), detail::data(authorities), authorities.size(),
                                                 detail::raw(stop), out, why);
        });
    }
    /// Photo and images of the card's face by what is printed on it (照合番号B); only looks. check::tap_face does more.
    result<card_face> face(std::string_view number_b, std::string_view authorities, const cancel *stop = nullptr) {
        return detail::with_thrown(card_face::read(own_.get(), nullptr, number_b, authorities, stop), {thrown()});
    }
    /// Gives a PIN another value; the old one is sent once.
    result<done> change_pin(mynacard_card_pin which, const pin &old_pin, const pin &new_pin, const cancel *stop = nullptr) {
        return run([&](auto *why) {
            return mynacard_card_change_pin(own_.get(), which, old_pin.get(), new_pin.get(), detail::raw(stop), why);
        });
    }
    /// From now on dialogues are written down; nothing in it is anybody's.
    result<done> record() {
        return run([&](auto *why) { return mynacard_card_record(own_.get(), 1, nullptr, why); });
    }
    /// Ends the recording and hands it out, JSON lines.
    result<std::string> recorded() {
        return string([&](auto *out, auto *why) { return mynacard_card_record(own_.get(), 0, out, why); });
    }
    /// Tries left of the authentication PIN; spends none.
    result<std::int32_t> tries_left(const cancel *stop = nullptr) {
        auto left = detail::get<std::int32_t, std::int32_t>([&](auto *out, auto *why) {
            return mynacard_card_tries_left(own_.get(), detail::raw(stop), out, why);
        });
        return detail::with_thrown(std::move(left), {thrown()});
    }
    /// Waits until the card has left its reader.
    result<done> wait_removed(std::int64_t timeout_ms = -1, const cancel *stop = nullptr) {
        return run([&](auto *why) {
            return mynacard_card_wait_removed(own_.get(), timeout_ms, detail::raw(stop), why);
        });
    }
    /// The handle, for functions of C.
    mynacard_card *get() const noexcept { return own_.get(); }
    /// What its functions threw, for the calls that use it.
    detail::slot thrown() const noexcept { return own_.thrown(); }
    /// Takes a handle over.
    explicit card(mynacard_card *owned, detail::slot thrown = nullptr) : own_(owned, std::move(thrown)) {}

private:
    template <class Call>
    result<std::string> string(Call &&call) {
        return detail::with_thrown(detail::string(std::forward<Call>(call)), {thrown()});
    }
    template <class Call>
    result<done> run(Call &&call) {
        return detail::with_thrown(detail::run(std::forward<Call>(call)), {thrown()});
    }
    detail::reaching<mynacard_card, mynacard_card_free> own_;
};

/// What the service or a face file says.
class answer {
public:
    /// From an answer or a face file.
    [[nodiscard]] static result<answer> from_xml(bytes_view xml) {
        return detail::get<answer, mynacard_answer *>(
            [&](auto *out, auto *why) { return mynacard_answer_from_xml(xml.data, xml.size, out, why); });
    }
    /// From XML, this library's JSON, or the screen of マイナ資格確認アプリ as text.
    [[nodiscard]] static result<answer> read(bytes_view document, mynacard_document kind) {
        return detail::get<answer, mynacard_answer *>([&](auto *out, auto *why) {
            return mynacard_answer_read(document.data, document.size, kind, out, why);
        });
    }
    /// Whether the insurance is valid.
    mynacard_validity validity() const noexcept { return mynacard_answer_validity(own_.get()); }
    /// How many insurances it holds.
    std::size_t count() const noexcept { return mynacard_answer_count(own_.get()); }
    /// A field by its tag, UTF-8; of insurance `index`, or of the message with -1. Empty where it is absent.
    result<std::string> text(std::string_view tag, std::int32_t index = 0,
                             mynacard_encoding encoding = MYNACARD_ENCODING_UTF8,
                             mynacard_unmappable unmappable = MYNACARD_UNMAPPABLE_REFUSE) const {
        return detail::string([&](auto *out, auto *why) {
            auto field = mynacard_field_by_tag(detail::data(tag), tag.size());
            return mynacard_answer_text(own_.get(), index, field, encoding, unmappable, out, why);
        });
    }
    /// The whole answer as a document.
    result<std::string> write(mynacard_format format) const {
        return detail::string(
            [&](auto *out, auto *why) { return mynacard_answer_write(own_.get(), format, out, why); });
    }
    /// What to keep with the answer, JSON; empty for a file.
    result<std::string> check_json() const {
        return detail::string([&](auto *out, auto *why) { return mynacard_answer_check_json(own_.get(), out, why); });
    }
    /// Which charts it may belong to, field by field; JSON in and out.
    result<std::string> match_json(std::string_view charts) const {
        return detail::string([&](auto *out, auto *why) {
            return mynacard_answer_match_json(own_.get(), detail::data(charts), charts.size(), out, why);
        });
    }
    /// The handle, for functions of C.
    const mynacard_answer *get() const noexcept { return own_.get(); }
    /// Takes a handle over.
    explicit answer(mynacard_answer *owned) noexcept : own_(owned) {}

private:
    detail::handle<mynacard_answer, mynacard_answer_free> own_;
};

/// A service to reach.
struct service {
    std::string url;
    /// The authority that certifies it: one certificate, DER or PEM.
    std::string root;
    std::string name;
    std::string environment;
    mynacard_trust trust = MYNACARD_TRUST_PRODUCTION;
    bool direct = false;
    /// TLS 1.2 too, where that is unavoidable.
    bool allow_tls12 = false;
    /// The longest time of one request; 0 for 30 seconds.
    std::uint32_t timeout_ms = 0;
    /// A connection of this program's own, instead of HTTPS; every desk and call that goes to this service shares it.
    std::shared_ptr<carrier> line = nullptr;
    /// The roots of test cards, DER, one after another, for MYNACARD_TRUST_JPKI_TEST and for nothing else.
    std::string test_roots = {};

    /// As C has it, without `line`; it borrows from this object.
    mynacard_service raw() const noexcept {
        mynacard_service raw = MYNACARD_SERVICE_INIT;
        raw.url = detail::data(url);
        raw.url_size = url.size();
        raw.root = detail::data(root);
        raw.root_size = root.size();
        raw.name = detail::data(name);
        raw.name_size = name.size();
        raw.environment = detail::data(environment);
        raw.environment_size = environment.size();
        raw.trust = static_cast<std::int32_t>(trust);
        raw.direct = direct ? 1 : 0;
        raw.allow_tls12 = allow_tls12 ? 1 : 0;
        raw.timeout_ms = timeout_ms;
        raw.test_roots = detail::data(test_roots);
        raw.test_roots_size = test_roots.size();
        return raw;
    }
};

namespace detail {

/// A service as C has it, for one call or for a desk; nothing where there is none.
class reached {
public:
    explicit reached(const service *where) : thrown_(std::make_shared<caught>()) {
        if (where == nullptr) {
            return;
        }
        raw_ = where->raw();
        there_ = true;
        if (where->line) {
            kept_ = std::make_unique<line_of_desk>(line_of_desk{where->line, thrown_});
            table_.userdata = kept_.get();
            table_.carry = mynacard_hpp_carry;
            table_.destroy = mynacard_hpp_forget_carrier;
            raw_.carrier = &table_;
        }
    }
    reached(const reached &) = delete;
    reached &operator=(const reached &) = delete;
    const mynacard_service *get() const noexcept { return there_ ? &raw_ : nullptr; }
    const slot &thrown() const noexcept { return thrown_; }
    /// The desk has it now, and destroys it.
    void given() noexcept { (void)kept_.release(); }

private:
    slot thrown_;
    bool there_ = false;
    mynacard_service raw_ = MYNACARD_SERVICE_INIT;
    mynacard_carrier table_ = MYNACARD_CARRIER_INIT;
    std::unique_ptr<line_of_desk> kept_;
};

}  // namespace detail

/// What the portal handed out for a terminal, and where the terminal is kept.
struct registration {
    std::string institution_code;
    std::string id;
    std::string activation_code;
    std::string path;
    std::string passcode;
    /// Somebody accepted the terms on this program's screen.
    bool terms_accepted = false;

    /// As C has it; it borrows from this object.
    mynacard_registration raw() const noexcept {
        mynacard_registration raw = MYNACARD_REGISTRATION_INIT;
        raw.institution_code = detail::data(institution_code);
        raw.institution_code_size = institution_code.size();
        raw.id = detail::data(id);
        raw.id_size = id.size();
        raw.activation_code = detail::data(activation_code);
        raw.activation_code_size = activation_code.size();
        raw.path = detail::data(path);
        raw.path_size = path.size();
        raw.passcode = detail::data(passcode);
        raw.passcode_size = passcode.size();
        raw.terms_accepted = terms_accepted ? 1 : 0;
        return raw;
    }
};

/// An activated terminal.
class terminal {
public:
    /// Activates a new one; somebody accepted the terms on this program's screen.
    [[nodiscard]] static result<terminal> activate(const service &where, std::string_view institution_code,
                                                   std::string_view id, std::string_view activation_code,
                                                   bool terms_accepted, const cancel *stop = nullptr) {
        detail::reached service(&where);
        auto made = detail::get<terminal, mynacard_terminal *>([&](auto *out, auto *why) {
            return mynacard_terminal_activate(service.get(), detail::data(institution_code), institution_code.size(),
                                              detail::data(id), id.size(), detail::data(activation_code),
                                              activation_code.size(), terms_accepted ? 1 : 0, detail::raw(stop), out, why);
        });
        return detail::with_thrown(std::move(made), {service.thrown()});
    }
    /// Activates a new one that is in its vault before the code is spent; the same call again delivers what got lost.
    [[nodiscard]] static result<terminal> enrol(const service &where, const registration &registration,
                                                const cancel *stop = nullptr) {
        detail::reached service(&where);
        mynacard_registration raw = registration.raw();
        auto made = detail::get<terminal, mynacard_terminal *>([&](auto *out, auto *why) {
            return mynacard_terminal_register(service.get(), &raw, detail::raw(stop), out, why);
        });
        return detail::with_thrown(std::move(made), {service.thrown()});
    }
    /// Renews or removes it, or switches its visual check; JSON. `where` may be null for the switch.
    result<std::string> manage(mynacard_terminal_action action, const service *where = nullptr,
                               std::string_view audit_folder = {}, const cancel *stop = nullptr) {
        detail::reached service(where);
        auto told = detail::string([&](auto *out, auto *why) {
            return mynacard_terminal_manage(own_.get(), service.get(), action, detail::data(audit_folder), audit_folder.size(),
                                            detail::raw(stop), out, why);
        });
        return detail::with_thrown(std::move(told), {service.thrown()});
    }
    /// The one kept in a vault file.
    [[nodiscard]] static result<terminal> open(std::string_view path, std::string_view passcode) {
        return detail::get<terminal, mynacard_terminal *>([&](auto *out, auto *why) {
            return mynacard_terminal_open(detail::data(path), path.size(), detail::data(passcode), passcode.size(), out, why);
        });
    }
    /// Keeps it in a new vault file.
    result<done> store(std::string_view path, std::string_view passcode) const {
        return detail::run([&](auto *why) {
            return mynacard_terminal_store(own_.get(), detail::data(path), path.size(), detail::data(passcode),
                                           passcode.size(), why);
        });
    }
    /// What is known of it, JSON.
    result<std::string> json() const {
        return detail::string([&](auto *out, auto *why) { return mynacard_terminal_json(own_.get(), out, why); });
    }
    /// The handle, for functions of C.
    const mynacard_terminal *get() const noexcept { return own_.get(); }
    /// Takes a handle over.
    explicit terminal(mynacard_terminal *owned) noexcept : own_(owned) {}

private:
    detail::handle<mynacard_terminal, mynacard_terminal_free> own_;
};

/// A prepared check; it serves once.
class check {
public:
    /// The check itself. The PIN is empty afterwards, but where the card, the desk or the check is in use.
    result<answer> by_pin(card &card, const pin &pin, const cancel *stop = nullptr) {
        return finish(&card, [&](auto *out, auto *why) {
            return mynacard_check_by_pin(own_.get(), card.get(), pin.get(), detail::raw(stop), out, why);
        });
    }
    /// The check itself, with the PIN typed on the reader's keypad.
    result<answer> by_keypad(card &card, const cancel *stop = nullptr) {
        return finish(&card, [&](auto *out, auto *why) {
            return mynacard_check_by_keypad(own_.get(), card.get(), detail::raw(stop), out, why);
        });
    }
    /// First part of a visual check: reads the card.
    result<done> tap(card &card, const cancel *stop = nullptr) {
        auto tapped = detail::run(
            [&](auto *why) { return mynacard_check_tap(own_.get(), card.get(), detail::raw(stop), why); });
        return detail::with_thrown(std::move(tapped), {card.thrown(), own_.thrown()});
    }
    /// As tap, with the photo of the very card; see card::face.
    result<card_face> tap_face(card &card, std::string_view number_b, std::string_view authorities,
                               const cancel *stop = nullptr) {
        auto face = card_face::read(card.get(), own_.get(), number_b, authorities, stop);
        return detail::with_thrown(std::move(face), {card.thrown(), own_.thrown()});
    }
    /// Second part: a member of staff says that photo and person agree.
    result<done> confirm(std::string_view staff) {
        return detail::run(
            [&](auto *why) { return mynacard_check_confirm(own_.get(), detail::data(staff), staff.size(), why); });
    }
    /// Third part: the check itself, with the same card.
    result<answer> by_sight(card &card, const cancel *stop = nullptr) {
        return finish(&card, [&](auto *out, auto *why) {
            return mynacard_check_by_sight(own_.get(), card.get(), detail::raw(stop), out, why);
        });
    }
    /// The same proof once more, after its answer got lost: without card and PIN, and still one check.
    result<answer> deliver_again(const cancel *stop = nullptr) {
        return finish(nullptr, [&](auto *out, auto *why) {
            return mynacard_check_deliver_again(own_.get(), detail::raw(stop), out, why);
        });
    }
    /// Takes a handle over.
    explicit check(mynacard_check *owned, detail::slot thrown = nullptr) : own_(owned, std::move(thrown)) {}

private:
    template <class Call>
    result<answer> finish(const card *used, Call &&call) {
        auto answered = detail::get<answer, mynacard_answer *>(std::forward<Call>(call));
        return detail::with_thrown(std::move(answered), {used == nullptr ? nullptr : used->thrown(), own_.thrown()});
    }
    detail::reaching<mynacard_check, mynacard_check_free> own_;
};

/// A reception desk.
class desk {
public:
    /// `progress` is told each step, on a thread of the library; what it throws is dropped. `audit` keeps each event (JSON) and says
    /// whether it did. `provider` proves itself to the card at a visual check. What the last two and the service's line throw is kept
    /// for the call that fails by it; what `audit` throws when an answer is destroyed, which is no call, is dropped.
    [[nodiscard]] static result<desk> open(const service &where, const terminal &terminal,
                                           mynacard_desk_options options = MYNACARD_DESK_OPTIONS_INIT,
                                           std::function<void(mynacard_step)> progress = {},
                                           std::function<bool(std::string_view)> audit = {},
                                           std::unique_ptr<pinless_provider> provider = nullptr) {
        detail::reached service(&where);
        const detail::slot &thrown = service.thrown();
        mynacard_progress table = MYNACARD_PROGRESS_INIT;
        auto told = progress ? std::make_unique<detail::step_function>(std::move(progress)) : nullptr;
        if (told) {
            table.userdata = told.get();
            table.step = detail::mynacard_hpp_step;
            table.destroy = detail::mynacard_hpp_forget;
        }
        mynacard_audit trail = MYNACARD_AUDIT_INIT;
        std::unique_ptr<detail::told_function> kept;
        if (audit) {
            kept = std::make_unique<detail::told_function>(detail::told_function{std::move(audit), thrown});
            trail.userdata = kept.get();
            trail.event = detail::mynacard_hpp_told;
            trail.destroy = detail::mynacard_hpp_forget_told;
            options.audit = &trail;
        }
        mynacard_pinless pinless = MYNACARD_PINLESS_INIT;
        std::unique_ptr<detail::provider_of_desk> proving;
        if (provider) {
            proving = std::make_unique<detail::provider_of_desk>(detail::provider_of_desk{std::move(provider), thrown});
            pinless.userdata = proving.get();
            pinless.next = detail::mynacard_hpp_next;
            pinless.destroy = detail::mynacard_hpp_forget_provider;
            options.pinless = &pinless;
        }
        mynacard_desk *made = nullptr;
        mynacard_error *why = nullptr;
        const mynacard_status status =
            mynacard_desk_open(service.get(), terminal.get(), &options, told ? &table : nullptr, &made, &why);
        if (status != MYNACARD_STATUS_OK) {
            return detail::with_thrown(result<desk>(error(status, why)), {thrown});
        }
        (void)told.release();
        (void)kept.release();
        (void)proving.release();
        service.given();
        return desk(made, thrown);
    }
    /// Prepares a check before the tap.
    result<check> prepare(mynacard_ask ask = MYNACARD_ASK_INIT, const cancel *stop = nullptr) {
        mynacard_check *made = nullptr;
        mynacard_error *why = nullptr;
        const mynacard_status status = mynacard_desk_prepare(own_.get(), &ask, detail::raw(stop), &made, &why);
        auto ready = status == MYNACARD_STATUS_OK ? result<check>(check(made, own_.thrown())) : result<check>(error(status, why));
        return detail::with_thrown(std::move(ready), {own_.thrown()});
    }
    /// What a desk asks without a card (居宅同意取得型); JSON in and out. `checked` is the check's answer that "register" is about.
    result<std::string> home(std::string_view ask, const answer *checked = nullptr, const cancel *stop = nullptr) {
        auto told = detail::string([&](auto *out, auto *why) {
            return mynacard_desk_home(own_.get(), detail::data(ask), ask.size(), checked == nullptr ? nullptr : checked->get(),
                                      detail::raw(stop), out, nullptr, why);
        });
        return detail::with_thrown(std::move(told), {own_.thrown()});
    }
    /// The insurance of a visited patient, without her card; `ask` is a "requery".
    result<answer> requery(std::string_view ask, const cancel *stop = nullptr) {
        mynacard_buffer *json = nullptr;
        mynacard_answer *found = nullptr;
        mynacard_error *why = nullptr;
        mynacard_status status = mynacard_desk_home(own_.get(), detail::data(ask), ask.size(), nullptr, detail::raw(stop),
                                                    &json, &found, &why);
        detail::buffer unused(json);
        auto told = status == MYNACARD_STATUS_OK ? result<answer>(answer(found)) : result<answer>(error(status, why));
        return detail::with_thrown(std::move(told), {own_.thrown()});
    }
    /// A finished bulk query, patient by patient (JSON) until `patient` says false. What it throws ends the download as a failure.
    result<std::string> download(std::string_view reception_number, std::function<bool(std::string_view)> patient,
                                 const cancel *stop = nullptr) {
        auto thrown = std::make_shared<detail::caught>();
        detail::told_function told{std::move(patient), thrown};
        mynacard_patients table = MYNACARD_PATIENTS_INIT;
        table.userdata = &told;
        table.patient = detail::mynacard_hpp_told;
        auto told_all = detail::string([&](auto *out, auto *why) {
            return mynacard_desk_download(own_.get(), detail::data(reception_number), reception_number.size(), &table,
                                          detail::raw(stop), out, why);
        });
        // For the library it is no failure when a function wants no more; one that threw did not choose to.
        if (auto what = thrown->take()) {
            return told_all ? error(MYNACARD_STATUS_CANCELLED, nullptr, std::move(what))
                            : std::move(told_all).why().with(std::move(what));
        }
        return detail::with_thrown(std::move(told_all), {own_.thrown()});
    }
    /// Takes a handle over.
    explicit desk(mynacard_desk *owned, detail::slot thrown = nullptr) : own_(owned, std::move(thrown)) {}

private:
    detail::reaching<mynacard_desk, mynacard_desk_free> own_;
};

/// The folders of an exchange of requests and answers, or a face folder with a journal.
struct exchange {
    std::string req;
    std::string res;
    /// Ours, on a local disk.
    std::string journal;
    std::string zip_password;
    bool shift_jis = false;
    /// A face folder to be watched, instead of `req` and `res`: each file comes until folder::finish, across restarts.
    std::string face = {};
    /// Of a face folder: delivers the files that are there when it is watched for the first time, instead of taking them as old.
    bool existing = false;
    /// How long a file that cannot be read must stay unchanged before it is told; 0 for ten seconds.
    std::uint32_t patience_ms = 0;
    /// The most bytes of XML that an answer may have, unpacked; 0 for one GiB.
    std::size_t max_answer = 0;

    /// As C has it; it borrows from this object.
    mynacard_exchange raw() const noexcept {
        mynacard_exchange raw = MYNACARD_EXCHANGE_INIT;
        raw.req = detail::data(req);
        raw.req_size = req.size();
        raw.res = detail::data(res);
        raw.res_size = res.size();
        raw.journal = detail::data(journal);
        raw.journal_size = journal.size();
        raw.zip_password = zip_password.empty() ? nullptr : detail::data(zip_password);
        raw.zip_password_size = zip_password.size();
        raw.shift_jis = shift_jis ? 1 : 0;
        raw.face = detail::data(face);
        raw.face_size = face.size();
        raw.existing = existing ? 1 : 0;
        raw.patience_ms = patience_ms;
        raw.max_answer = max_answer;
        return raw;
    }
};

/// A watched face folder, or an exchange.
class folder {
public:
    /// Watches a face folder, whether or not it is there at the moment.
    [[nodiscard]] static result<folder> open(std::string_view path, bool deliver_existing = false) {
        return detail::get<folder, mynacard_folder *>([&](auto *out, auto *why) {
            return mynacard_folder_open(detail::data(path), path.size(), deliver_existing ? 1 : 0, out, why);
        });
    }
    /// Opens an exchange, where answers to what was asked before a restart come too, or a face folder with a journal.
    [[nodiscard]] static result<folder> open(const exchange &folders) {
        mynacard_exchange raw = folders.raw();
        return detail::get<folder, mynacard_folder *>(
            [&](auto *out, auto *why) { return mynacard_folder_exchange(&raw, out, why); });
    }
    /// Asks for the insurance behind a number, JSON; the request's name.
    result<std::string> submit(std::string_view ask) {
        return detail::string([&](auto *out, auto *why) {
            return mynacard_folder_submit(own_.get(), detail::data(ask), ask.size(), out, why);
        });
    }
    /// The program has the answer to a request, or what a face file says, or waits for it no longer.
    result<done> finish(std::string_view name, bool give_up = false) {
        return detail::run([&](auto *why) {
            return mynacard_folder_finish(own_.get(), detail::data(name), name.size(), give_up ? 1 : 0, why);
        });
    }
    /// Looks after an exchange, JSON: what is open, what is old, what an answer says. A `read` hands its people to `patient` one by
    /// one; where it answers false it wants no more, and the call ends as MYNACARD_STATUS_CANCELLED. What it throws makes the call a
    /// failure.
    result<std::string> manage(std::string_view ask, std::function<bool(std::string_view)> patient = {},
                               const cancel *stop = nullptr) {
        auto thrown = std::make_shared<detail::caught>();
        const bool wanted = static_cast<bool>(patient);
        detail::told_function told{std::move(patient), thrown};
        mynacard_patients table = MYNACARD_PATIENTS_INIT;
        table.userdata = &told;
        table.patient = detail::mynacard_hpp_told;
        auto managed = detail::string([&](auto *out, auto *why) {
            return mynacard_folder_manage(own_.get(), detail::data(ask), ask.size(), wanted ? &table : nullptr, detail::raw(stop),
                                          out, why);
        });
        if (auto what = thrown->take()) {
            return managed ? error(MYNACARD_STATUS_CANCELLED, nullptr, std::move(what))
                           : std::move(managed).why().with(std::move(what));
        }
        return managed;
    }
    /// The next answer. One to a request that is no single query has no handle (`get() == nullptr`): next_named says whose it is, and
    /// a `read` of manage what it says.
    result<answer> next(std::int64_t timeout_ms = -1, const cancel *stop = nullptr) {
        return detail::get<answer, mynacard_answer *>([&](auto *out, auto *why) {
            return mynacard_folder_next(own_.get(), timeout_ms, detail::raw(stop), out, nullptr, why);
        });
    }
    /// The next answer, without a handle as in next, and the name of its file or request.
    result<std::pair<answer, std::string>> next_named(std::int64_t timeout_ms = -1, const cancel *stop = nullptr) {
        mynacard_buffer *name = nullptr;
        mynacard_answer *next = nullptr;
        mynacard_error *why = nullptr;
        mynacard_status status = mynacard_folder_next(own_.get(), timeout_ms, detail::raw(stop), &next, &name, &why);
        if (status != MYNACARD_STATUS_OK) {
            return error(status, why);
        }
        detail::buffer owned(name);
        answer found(next);
        return std::pair<answer, std::string>(std::move(found), detail::text(owned.release()));
    }
    /// Takes a handle over.
    explicit folder(mynacard_folder *owned) noexcept : own_(owned) {}

private:
    detail::handle<mynacard_folder, mynacard_folder_free> own_;
};

/// The readers of this machine, JSON.
[[nodiscard]] inline result<std::string> readers_json() {
    return detail::string([](auto *out, auto *why) { return mynacard_readers_json(out, why); });
}

/// The table of all fields, JSON.
[[nodiscard]] inline result<std::string> fields_json() {
    return detail::string([](auto *out, auto *why) { return mynacard_fields_json(out, why); });
}

/// Judges a number as staff typed it, JSON; every kind of number where both are empty.
[[nodiscard]] inline result<std::string> identifier_json(std::string_view kind = {}, std::string_view text = {}) {
    return detail::string([&](auto *out, auto *why) {
        return mynacard_identifier_json(detail::data(kind), kind.size(), detail::data(text), text.size(), out, why);
    });
}

/// Reads a list of the 特定健診 notices, JSON; with an answer and an ask says who is enrolled.
[[nodiscard]] inline result<std::string> checkup_json(mynacard_list list, bytes_view file, const answer *answer = nullptr,
                                                      std::string_view ask = {}) {
    return detail::string([&](auto *out, auto *why) {
        return mynacard_checkup_json(list, file.data, file.size, answer == nullptr ? nullptr : answer->get(),
                                     detail::data(ask), ask.size(), out, why);
    });
}

/// What a certificate (DER) says, JSON; with an ask, whether it is one of a card.
[[nodiscard]] inline result<std::string> certificate_json(bytes_view der, std::string_view ask = {}) {
    return detail::string([&](auto *out, auto *why) {
        return mynacard_certificate_json(der.data, der.size, detail::data(ask), ask.size(), out, why);
    });
}

/// The sentences of a code, or of every code, JSON.
[[nodiscard]] inline result<std::string> guidance_json(std::string_view code = {}) {
    return detail::string(
        [&](auto *out, auto *why) { return mynacard_guidance_json(detail::data(code), code.size(), out, why); });
}

/// The audit trail in a folder, verified, with its newest events, JSON.
[[nodiscard]] inline result<std::string> audit_json(const terminal *terminal, std::string_view folder, std::uint32_t newest) {
    return detail::string([&](auto *out, auto *why) {
        return mynacard_audit_json(terminal == nullptr ? nullptr : terminal->get(), detail::data(folder), folder.size(),
                                   newest, out, why);
    });
}

/// Everything a check needs, looked at, JSON.
[[nodiscard]] inline result<std::string> doctor_json(const service *where = nullptr, const terminal *terminal = nullptr,
                                                     std::string_view audit_folder = {}, const cancel *stop = nullptr) {
    detail::reached service(where);
    auto told = detail::string([&](auto *out, auto *why) {
        return mynacard_doctor_json(service.get(), terminal == nullptr ? nullptr : terminal->get(), detail::data(audit_folder),
                                    audit_folder.size(), detail::raw(stop), out, why);
    });
    return detail::with_thrown(std::move(told), {service.thrown()});
}

/// From now on the library's log lines go to `line`; an empty function takes the former one away.
inline result<done> log_to(std::function<void(std::int32_t, std::string_view)> line, std::int32_t most = 0) {
    if (!line) {
        return detail::run([](auto *why) { return mynacard_log_set(nullptr, why); });
    }
    auto told = std::make_unique<detail::line_function>(std::move(line));
    mynacard_log table = MYNACARD_LOG_INIT;
    table.userdata = told.get();
    table.line = detail::mynacard_hpp_line;
    table.destroy = detail::mynacard_hpp_forget_line;
    table.most = most;
    auto set = detail::run([&](auto *why) { return mynacard_log_set(&table, why); });
    if (set) {
        (void)told.release();
    }
    return set;
}

/// From now on vaults without a passcode are opened by `key`, which writes the 32 bytes of the vault with an id of 16 and answers whether
/// it could; an empty function takes the former one away.
inline result<done> keep_keys(std::function<bool(bytes_view, std::uint8_t *)> key) {
    if (!key) {
        return detail::run([](auto *why) { return mynacard_key_store_set(nullptr, why); });
    }
    auto kept = std::make_unique<std::function<bool(bytes_view, std::uint8_t *)>>(std::move(key));
    mynacard_key_store table = MYNACARD_KEY_STORE_INIT;
    table.userdata = kept.get();
    table.key = detail::mynacard_hpp_key;
    table.destroy = detail::mynacard_hpp_forget_key;
    auto set = detail::run([&](auto *why) { return mynacard_key_store_set(&table, why); });
    if (set) {
        (void)kept.release();
    }
    return set;
}

/// Inside `carry` or `next`, on the thread that they were called on: whether nobody waits for them any more, so that they return at
/// once.
[[nodiscard]] inline bool nobody_waits() noexcept { return mynacard_cancel_is_cancelled(nullptr) != 0; }

/// The version of the library that is running.
[[nodiscard]] inline std::string_view version() noexcept { return mynacard_version(); }

/// Whether the running library has the ABI that this header describes; ask before anything else.
[[nodiscard]] inline bool matches_header() noexcept { return mynacard_abi_version() == MYNACARD_ABI_VERSION; }

/// Panics inside the library, so that a program can try how it treats a defect.
inline result<done> panic_on_purpose() {
    return detail::run([](auto *why) { return mynacard_panic_on_purpose(why); });
}

namespace detail {
/// A handle: as large as a pointer, with one owner.
template <class... Handles>
inline constexpr bool are_handles = ((sizeof(Handles) == sizeof(void *) && !std::is_copy_constructible_v<Handles> &&
                                      std::is_nothrow_move_constructible_v<Handles>) &&
                                     ...);
}  // namespace detail

static_assert(detail::are_handles<answer, cancel, card, check, desk, folder, pin, terminal>,
              "a handle is as large as a pointer and has one owner");

}  // namespace mynacard

#endif  // MYNACARD_HPP
