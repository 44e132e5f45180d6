/*
 * mynacard: confirm a patient's health insurance with a My Number Card.
 *
 * Generated from the library's source; do not edit.
 *
 * Conventions
 * - Functions that can fail return a mynacard_status and take an optional mynacard_error **, the last parameter, which is
 *   written only on failure. Free the error with mynacard_error_free.
 * - Outputs are written only on success.
 * - Text and bytes come in as pointer and length; text is UTF-8; NULL is allowed with length 0.
 * - Handles are numbers that look like pointers: never dereference one. A freed or foreign handle is answered with
 *   MYNACARD_STATUS_INVALID_HANDLE.
 * - A handle in use answers MYNACARD_STATUS_BUSY at once; only mynacard_cancel_cancel works from any thread at any time.
 *   Freeing a handle in use is allowed: it goes at the end of the call.
 * - Freeing never waits: that callbacks are over says their destroy, not the return of the freeing call, and a thread for the network
 *   may end a moment later still. The library therefore stays loaded until the process ends, whatever unloads it.
 * - Enumerations come in as int32_t and are checked.
 * - A structure begins with struct_size; initialise it with its _INIT macro. Its size is that of a version of the structure, and
 *   what is reserved is zero.
 * - Callbacks run on a thread of the library while the call waits, and must not throw. Of the library they may call what
 *   mynacard_transport lists: cancelling, freeing, and reading what is there. Everything else answers
 *   MYNACARD_STATUS_REENTRANT.
 */

#ifndef MYNACARD_H
#define MYNACARD_H

#include <stddef.h>
#include <stdint.h>


/**
 * To be added to a `mynacard_transport_result`: the command certainly did not reach the card.
 */
#define MYNACARD_TRANSPORT_NOT_SENT 256

/**
 * The version of the ABI that this header describes. It grows when a program built against an older header would break.
 */
#define MYNACARD_ABI_VERSION 1

/**
 * The result of a call. Values are grouped by hundreds, and none is ever used again for another meaning.
 *
 * The value says what a program does next; the error object says the rest.
 */
enum mynacard_status
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    /**
     * It worked.
     */
    MYNACARD_STATUS_OK = 0,
    /**
     * The call was wrong: a pointer that may not be NULL, a length, a number outside its enumeration.
     */
    MYNACARD_STATUS_INVALID_ARGUMENT = 100,
    /**
     * The handle was freed, is of another type, or never was one.
     */
    MYNACARD_STATUS_INVALID_HANDLE = 101,
    /**
     * Another thread is in a call with this handle. Only cancelling works meanwhile.
     */
    MYNACARD_STATUS_BUSY = 102,
    /**
     * A callback called back into the library.
     */
    MYNACARD_STATUS_REENTRANT = 103,
    /**
     * `struct_size` is smaller than the first version of the structure.
     */
    MYNACARD_STATUS_STRUCT_SIZE = 104,
    /**
     * A newer structure sets options that this library does not know.
     */
    MYNACARD_STATUS_UNKNOWN_OPTION = 105,
    /**
     * Text is not what it should be: not UTF-8, or not the form asked for.
     */
    MYNACARD_STATUS_INVALID_TEXT = 106,
    /**
     * A character has no place in the encoding asked for.
     */
    MYNACARD_STATUS_UNMAPPABLE = 107,
    /**
     * This build of the library cannot do it.
     */
    MYNACARD_STATUS_UNSUPPORTED = 108,
    /**
     * The PIN is not four digits. No card has seen it.
     */
    MYNACARD_STATUS_MALFORMED_PIN = 109,
    /**
     * Anything else that the calling program asked for and may not.
     */
    MYNACARD_STATUS_CALLER = 199,
    /**
     * The card refused, or left.
     */
    MYNACARD_STATUS_CARD = 200,
    /**
     * The PIN is wrong; the error says how many tries are left.
     */
    MYNACARD_STATUS_WRONG_PIN = 201,
    /**
     * The PIN is blocked.
     */
    MYNACARD_STATUS_PIN_BLOCKED = 202,
    /**
     * One try is left, so the PIN was not sent.
     */
    MYNACARD_STATUS_LAST_TRY = 203,
    /**
     * A PIN was sent and the card's answer was lost: whether a try was spent is unknown.
     */
    MYNACARD_STATUS_OUTCOME_UNKNOWN = 204,
    /**
     * The card is no My Number Card.
     */
    MYNACARD_STATUS_NOT_MY_NUMBER_CARD = 205,
    /**
     * The card left the reader.
     */
    MYNACARD_STATUS_CARD_GONE = 206,
    /**
     * The service refused.
     */
    MYNACARD_STATUS_PEER = 300,
    /**
     * What was read is malformed.
     */
    MYNACARD_STATUS_INPUT = 400,
    /**
     * The machine, the reader, the line or the disk.
     */
    MYNACARD_STATUS_ENVIRONMENT = 500,
    /**
     * Several readers hold a card; the error's text lists them.
     */
    MYNACARD_STATUS_SEVERAL_CARDS = 501,
    /**
     * The time is over.
     */
    MYNACARD_STATUS_TIMEOUT = 502,
    /**
     * The cancel handle was used.
     */
    MYNACARD_STATUS_CANCELLED = 600,
    /**
     * A defect of the library. The handles of the call may be freed and nothing else.
     */
    MYNACARD_STATUS_PANIC = 900,
    /**
     * The library is in a state that should not be.
     */
    MYNACARD_STATUS_INTERNAL = 901,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum mynacard_status mynacard_status;
#else
typedef int32_t mynacard_status;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/**
 * Whether the insurance is valid (資格有効性).
 */
enum mynacard_validity
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    /**
     * The answer does not say.
     */
    MYNACARD_VALIDITY_UNSTATED = 0,
    /**
     * 有効.
     */
    MYNACARD_VALIDITY_VALID = 1,
    /**
     * 無効.
     */
    MYNACARD_VALIDITY_INVALID = 2,
    /**
     * 無効（新しい資格あり）.
     */
    MYNACARD_VALIDITY_INVALID_NEWER_EXISTS = 3,
    /**
     * 該当資格なし.
     */
    MYNACARD_VALIDITY_NOT_FOUND = 4,
    /**
     * 複数該当.
     */
    MYNACARD_VALIDITY_SEVERAL = 5,
    /**
     * 有効（未登録）, of 医療扶助.
     */
    MYNACARD_VALIDITY_VALID_UNREGISTERED = 6,
    /**
     * The card is not yet registered as insurance card (利用登録), so there is no answer to read.
     */
    MYNACARD_VALIDITY_NOT_REGISTERED = 7,
    /**
     * A code that this version does not know; read the field itself.
     */
    MYNACARD_VALIDITY_OTHER = 99,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum mynacard_validity mynacard_validity;
#else
typedef int32_t mynacard_validity;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/**
 * Whose turn it is after an error.
 */
enum mynacard_class
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    /**
     * The calling program, or its user, asked for something impossible.
     */
    MYNACARD_CLASS_CALLER = 1,
    /**
     * The card refused, or was not there.
     */
    MYNACARD_CLASS_CARD = 2,
    /**
     * The service, or another party, refused.
     */
    MYNACARD_CLASS_PEER = 3,
    /**
     * What arrived was malformed.
     */
    MYNACARD_CLASS_INPUT = 4,
    /**
     * The machine, the reader, the line or the disk.
     */
    MYNACARD_CLASS_ENVIRONMENT = 5,
    /**
     * The library itself.
     */
    MYNACARD_CLASS_LIBRARY = 6,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum mynacard_class mynacard_class;
#else
typedef int32_t mynacard_class;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/**
 * A four-digit PIN of the card that its holder may change.
 */
enum mynacard_card_pin
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    /**
     * 利用者証明用: the one that is asked for at the desk.
     */
    MYNACARD_CARD_PIN_AUTHENTICATION = 0,
    /**
     * 券面事項入力補助用.
     */
    MYNACARD_CARD_PIN_INPUT_SUPPORT = 1,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum mynacard_card_pin mynacard_card_pin;
#else
typedef int32_t mynacard_card_pin;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/**
 * What a connection's function answers.
 */
enum mynacard_carried
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    /**
     * The answer is in the buffer, whatever it says.
     */
    MYNACARD_CARRIED_ANSWERED = 0,
    /**
     * The request certainly did not reach the service: only then the library may say that nothing was done.
     */
    MYNACARD_CARRIED_NOT_SENT = 1,
    /**
     * The request may have reached the service, and no answer came. Any other number means the same.
     */
    MYNACARD_CARRIED_LOST = 2,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum mynacard_carried mynacard_carried;
#else
typedef int32_t mynacard_carried;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/**
 * A kind of information that a patient may agree to have shown without her card.
 */
enum mynacard_consent
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    /**
     * 健診.
     */
    MYNACARD_CONSENT_CHECKUPS = 1,
    /**
     * 薬剤.
     */
    MYNACARD_CONSENT_MEDICINES = 2,
    /**
     * 診療.
     */
    MYNACARD_CONSENT_TREATMENT = 4,
    /**
     * 手術.
     */
    MYNACARD_CONSENT_OPERATIONS = 8,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum mynacard_consent mynacard_consent;
#else
typedef uint32_t mynacard_consent;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/**
 * Whether the card is asked, before a PIN is sent, how many tries are left.
 */
enum mynacard_counter
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    /**
     * Asked; the last try is never spent. The safe choice.
     */
    MYNACARD_COUNTER_READ_FIRST = 0,
    /**
     * Not asked: one exchange less, and no protection of the last try.
     */
    MYNACARD_COUNTER_SKIP = 1,
    /**
     * Asked; the last try is spent too: a card whose PIN is blocked is unblocked at the municipal office only.
     */
    MYNACARD_COUNTER_SPEND_LAST_TRY = 2,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum mynacard_counter mynacard_counter;
#else
typedef int32_t mynacard_counter;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/**
 * A document that holds an answer.
 */
enum mynacard_document
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    /**
     * XML of the interface, in UTF-8 or Shift_JIS as its declaration says.
     */
    MYNACARD_DOCUMENT_XML = 0,
    /**
     * JSON as `mynacard_answer_write` writes it.
     */
    MYNACARD_DOCUMENT_JSON = 1,
    /**
     * The screen of マイナ資格確認アプリ as text, UTF-8: one label and value a line.
     */
    MYNACARD_DOCUMENT_SCREEN = 2,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum mynacard_document mynacard_document;
#else
typedef int32_t mynacard_document;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/**
 * An encoding of text.
 */
enum mynacard_encoding
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    /**
     * UTF-8.
     */
    MYNACARD_ENCODING_UTF8 = 0,
    /**
     * UTF-16, little-endian, without byte order mark: what C# and Win32 use.
     */
    MYNACARD_ENCODING_UTF16LE = 1,
    /**
     * Shift_JIS as Windows' code page 932 has it: what old receipt computers use.
     */
    MYNACARD_ENCODING_SHIFT_JIS = 2,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum mynacard_encoding mynacard_encoding;
#else
typedef int32_t mynacard_encoding;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/**
 * What becomes of the card when a dialogue ends.
 */
enum mynacard_end
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    /**
     * The card keeps its power.
     */
    MYNACARD_END_LEAVE = 0,
    /**
     * The card loses its power, and with it everything that a PIN opened.
     */
    MYNACARD_END_POWER_DOWN = 1,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum mynacard_end mynacard_end;
#else
typedef int32_t mynacard_end;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/**
 * A text of an error.
 */
enum mynacard_error_item
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    /**
     * The sentence for the staff's screen.
     */
    MYNACARD_ERROR_ITEM_MESSAGE = 0,
    /**
     * What staff do next.
     */
    MYNACARD_ERROR_ITEM_NEXT = 1,
    /**
     * What staff may tell the patient; empty when it does not concern the patient.
     */
    MYNACARD_ERROR_ITEM_PATIENT = 2,
    /**
     * What happened and what caused it, in English, for a log or a support call; without secrets and personal data.
     */
    MYNACARD_ERROR_ITEM_DETAIL = 3,
    /**
     * The name of the file that the error is about, as `mynacard_folder_finish` takes it; empty where it is about none. It may repeat
     * what another program put into the name, so it is no text for a log.
     */
    MYNACARD_ERROR_ITEM_SUBJECT = 4,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum mynacard_error_item mynacard_error_item;
#else
typedef int32_t mynacard_error_item;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/**
 * A whole answer as one document.
 */
enum mynacard_format
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    /**
     * JSON in UTF-8; the keys are the tags of the interface.
     */
    MYNACARD_FORMAT_JSON = 0,
    /**
     * XML in UTF-8, the form of a face file.
     */
    MYNACARD_FORMAT_XML_UTF8 = 1,
    /**
     * XML in Shift_JIS; characters without place there become character references.
     */
    MYNACARD_FORMAT_XML_SHIFT_JIS = 2,
    /**
     * Lines for people, in Japanese, UTF-8.
     */
    MYNACARD_FORMAT_TEXT_JAPANESE = 3,
    /**
     * Lines for people, in English, UTF-8.
     */
    MYNACARD_FORMAT_TEXT_ENGLISH = 4,
    /**
     * The screen of マイナ資格確認アプリ as text, UTF-8.
     */
    MYNACARD_FORMAT_SCREEN = 5,
    /**
     * CSV with a heading of tags, UTF-8 with a byte order mark; one row for each insurance.
     */
    MYNACARD_FORMAT_CSV_UTF8 = 6,
    /**
     * The same in Shift_JIS; characters without place there become 〓.
     */
    MYNACARD_FORMAT_CSV_SHIFT_JIS = 7,
    /**
     * A FHIR R4 bundle with a Coverage for each insurance, JSON.
     */
    MYNACARD_FORMAT_FHIR = 8,
    /**
     * What the answer means for the desk, JSON: `{"situation":"lost","on":"20261001","reason":"03","newer":false,
     * "code":null,"count":null,"guidance":{"code":"OK-0002","staff":{"ja":"…","en":"…"},"next":{…},"patient":{…}}}`; the
     * situation is `valid`, `insurer-changed`, `lost`, `not-found`, `several`, `failed`, `in-progress` or `unknown`.
     */
    MYNACARD_FORMAT_SITUATION = 9,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum mynacard_format mynacard_format;
#else
typedef int32_t mynacard_format;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/**
 * A language of texts.
 */
enum mynacard_language
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    /**
     * 日本語.
     */
    MYNACARD_LANGUAGE_JAPANESE = 0,
    /**
     * English.
     */
    MYNACARD_LANGUAGE_ENGLISH = 1,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum mynacard_language mynacard_language;
#else
typedef int32_t mynacard_language;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/**
 * Which command and answer lengths a reader carries. An extended dialogue has 5 exchanges, a short one 11.
 */
enum mynacard_lengths
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    /**
     * What the reader's driver states; short where it states nothing.
     */
    MYNACARD_LENGTHS_AS_THE_READER_SAYS = 0,
    /**
     * Short only.
     */
    MYNACARD_LENGTHS_SHORT = 1,
    /**
     * Extended, whatever the driver states: for a reader that is known to carry it. One that cannot fails at the first
     * long command.
     */
    MYNACARD_LENGTHS_EXTENDED = 2,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum mynacard_lengths mynacard_lengths;
#else
typedef int32_t mynacard_lengths;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/**
 * A list of the notices.
 */
enum mynacard_list
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    /**
     * 委託元保険者一覧表: the insurers that have a contract with us.
     */
    MYNACARD_LIST_INSURERS = 0,
    /**
     * 実施機関一覧表: the institutions that carry out checkups.
     */
    MYNACARD_LIST_INSTITUTIONS = 1,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum mynacard_list mynacard_list;
#else
typedef int32_t mynacard_list;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/**
 * How the person's identity is established.
 */
enum mynacard_method
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    /**
     * By PIN.
     */
    MYNACARD_METHOD_PIN = 0,
    /**
     * Staff compare photo and person (目視確認).
     */
    MYNACARD_METHOD_VISUAL = 1,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum mynacard_method mynacard_method;
#else
typedef int32_t mynacard_method;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/**
 * What a provider's function answers.
 */
enum mynacard_pinless_result
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    /**
     * The next command for the card is in the buffer.
     */
    MYNACARD_PINLESS_RESULT_COMMAND = 0,
    /**
     * The provider proved itself; the service's grant is in the buffer.
     */
    MYNACARD_PINLESS_RESULT_DONE = 1,
    /**
     * It ends without a grant. Any other number means the same.
     */
    MYNACARD_PINLESS_RESULT_REFUSED = 2,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum mynacard_pinless_result mynacard_pinless_result;
#else
typedef int32_t mynacard_pinless_result;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/**
 * What a check is for.
 */
enum mynacard_purpose
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    /**
     * 受付での資格確認.
     */
    MYNACARD_PURPOSE_RECEPTION = 0,
    /**
     * 特定健診・特定保健指導.
     */
    MYNACARD_PURPOSE_CHECKUP = 1,
    /**
     * 人間ドック, where the contract with the insurer needs it.
     */
    MYNACARD_PURPOSE_CONTRACT_CHECKUP = 2,
    /**
     * 助産所: 直接支払制度.
     */
    MYNACARD_PURPOSE_MIDWIFERY = 3,
    /**
     * 訪問診療等, オンライン診療等.
     */
    MYNACARD_PURPOSE_VISITING = 4,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum mynacard_purpose mynacard_purpose;
#else
typedef int32_t mynacard_purpose;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/**
 * Where a check stands.
 */
enum mynacard_step
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    /**
     * A new challenge is fetched; the card may wait.
     */
    MYNACARD_STEP_RENEWING = 0,
    /**
     * The certificate is read: the card must stay.
     */
    MYNACARD_STEP_READING_CARD = 1,
    /**
     * The service proves itself to the card (visual check).
     */
    MYNACARD_STEP_RELAYING = 2,
    /**
     * The PIN goes to the card, or is typed on the reader's keypad.
     */
    MYNACARD_STEP_VERIFYING_PIN = 3,
    /**
     * The card signs.
     */
    MYNACARD_STEP_SIGNING = 4,
    /**
     * The card may be taken away.
     */
    MYNACARD_STEP_CARD_DONE = 5,
    /**
     * The service is asked.
     */
    MYNACARD_STEP_ASKING_SERVICE = 6,
    /**
     * The answer is here.
     */
    MYNACARD_STEP_DONE = 7,
    /**
     * A step that this version does not know.
     */
    MYNACARD_STEP_OTHER = 99,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum mynacard_step mynacard_step;
#else
typedef int32_t mynacard_step;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/**
 * What becomes of a terminal.
 */
enum mynacard_terminal_action
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    /**
     * A new certificate, kept before it is used. Desks that were opened before go on with the former one until the service has
     * seen the new one: open them anew.
     */
    MYNACARD_TERMINAL_ACTION_RENEW = 0,
    /**
     * The terminal is one no longer: the service is told, the audit trail closed, the vault deleted.
     */
    MYNACARD_TERMINAL_ACTION_REMOVE = 1,
    /**
     * 「目視確認で本人認証」 is switched on, where the institution may use it. Desks opened afterwards heed their own option.
     */
    MYNACARD_TERMINAL_ACTION_VISUAL_ON = 2,
    /**
     * It is switched off.
     */
    MYNACARD_TERMINAL_ACTION_VISUAL_OFF = 3,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum mynacard_terminal_action mynacard_terminal_action;
#else
typedef int32_t mynacard_terminal_action;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/**
 * What a transport function answers. Add `MYNACARD_TRANSPORT_NOT_SENT` where the command certainly did not reach the
 * card: only then the library may say that no PIN try was spent.
 */
enum mynacard_transport_result
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    /**
     * It worked.
     */
    MYNACARD_TRANSPORT_RESULT_OK = 0,
    /**
     * There is no card.
     */
    MYNACARD_TRANSPORT_RESULT_NO_CARD = 1,
    /**
     * The card left.
     */
    MYNACARD_TRANSPORT_RESULT_CARD_REMOVED = 2,
    /**
     * Somebody else reset the card.
     */
    MYNACARD_TRANSPORT_RESULT_CARD_RESET = 3,
    /**
     * The reader is gone.
     */
    MYNACARD_TRANSPORT_RESULT_READER_REMOVED = 4,
    /**
     * The system's service for readers does not run.
     */
    MYNACARD_TRANSPORT_RESULT_SERVICE_STOPPED = 5,
    /**
     * Another program holds the card.
     */
    MYNACARD_TRANSPORT_RESULT_SHARING = 6,
    /**
     * Nothing came back in time.
     */
    MYNACARD_TRANSPORT_RESULT_TIMEOUT = 7,
    /**
     * The holder or the program cancelled.
     */
    MYNACARD_TRANSPORT_RESULT_CANCELLED = 8,
    /**
     * This transport cannot do it.
     */
    MYNACARD_TRANSPORT_RESULT_UNSUPPORTED = 9,
    /**
     * Anything else.
     */
    MYNACARD_TRANSPORT_RESULT_OTHER = 10,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum mynacard_transport_result mynacard_transport_result;
#else
typedef int32_t mynacard_transport_result;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/**
 * Whose cards are accepted.
 */
enum mynacard_trust
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    /**
     * Real cards.
     */
    MYNACARD_TRUST_PRODUCTION = 0,
    /**
     * The virtual cards of `mynacard_sandbox`, and no real card.
     */
    MYNACARD_TRUST_SIMULATION = 1,
    /**
     * Test cards of 公的個人認証サービス (JPKI), by the roots of the service's `test_roots`, and no real card.
     */
    MYNACARD_TRUST_JPKI_TEST = 2,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum mynacard_trust mynacard_trust;
#else
typedef int32_t mynacard_trust;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/**
 * What becomes of a character that has no place in the encoding.
 */
enum mynacard_unmappable
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    /**
     * The call fails with `MYNACARD_STATUS_UNMAPPABLE`.
     */
    MYNACARD_UNMAPPABLE_REFUSE = 0,
    /**
     * It becomes 〓.
     */
    MYNACARD_UNMAPPABLE_REPLACE = 1,
    /**
     * It becomes `&#…;`, which only XML and HTML can carry.
     */
    MYNACARD_UNMAPPABLE_CHARACTER_REFERENCE = 2,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum mynacard_unmappable mynacard_unmappable;
#else
typedef int32_t mynacard_unmappable;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/**
 * What the service, or a face file, says about one person. It never changes; any number of threads may read it.
 */
typedef struct mynacard_answer mynacard_answer;

/**
 * Bytes that the library made and the caller frees. They are wiped then: most of them are about a person.
 */
typedef struct mynacard_buffer mynacard_buffer;

/**
 * Stops waiting, network and the space between two card commands of every call it was given to, for good.
 *
 * It may be used from any thread, also from a callback, and freed while calls still use it.
 */
typedef struct mynacard_cancel mynacard_cancel;

/**
 * A card that checks can be made with. One call uses it at a time.
 */
typedef struct mynacard_card mynacard_card;

/**
 * A check that was prepared before the patient taps. It serves once: after `mynacard_check_by_…` only freeing it is
 * left, or `mynacard_check_deliver_again` where the answer got lost.
 */
typedef struct mynacard_check mynacard_check;

/**
 * A reception desk: a service, a terminal, policies. One call uses it at a time.
 */
typedef struct mynacard_desk mynacard_desk;

/**
 * Why a call failed. Free it with `mynacard_error_free`.
 */
typedef struct mynacard_error mynacard_error;

/**
 * A watched `face` folder, or an exchange of requests and answers. One call uses it at a time.
 */
typedef struct mynacard_folder mynacard_folder;

/**
 * The four-digit PIN of one check. It lives outside the caller's strings and is wiped when it is used or freed.
 */
typedef struct mynacard_pin mynacard_pin;

/**
 * An activated terminal; any number of desks may use it. One that was stored, opened or registered keeps its vault at hand.
 */
typedef struct mynacard_terminal mynacard_terminal;

/**
 * How a card in a reader is spoken to; zeros are the defaults.
 */
typedef struct mynacard_card_options {
    /**
     * `sizeof(mynacard_card_options)`; set by `MYNACARD_CARD_OPTIONS_INIT`.
     */
    size_t struct_size;
    /**
     * A `mynacard_lengths`.
     */
    int32_t lengths;
    /**
     * How long the reader's keypad waits for the holder, in milliseconds; 0 for 30 seconds.
     */
    uint32_t keypad_timeout_ms;
} mynacard_card_options;

/**
 * A card behind functions of the calling program.
 *
 * `begin`, `exchange` and `end` run on a thread of the library, one at a time, while the call that uses the card waits.
 * They must not throw or jump out, and must not keep the buffers they get. A command is given once: repeating it inside
 * could spend a second PIN try.
 *
 * Of the library, callbacks (`destroy` too) may call what cannot fail or only frees and reads: `mynacard_cancel_cancel`,
 * `mynacard_cancel_is_cancelled`, `mynacard_version`, `mynacard_abi_version`, every `…_free`, the readers of an error
 * (`mynacard_error_…`), a buffer (`mynacard_buffer_…`) and the numbers of an answer (`mynacard_answer_validity`,
 * `mynacard_answer_count`, `mynacard_field_by_tag`, `mynacard_pin_length`). Everything else answers
 * `MYNACARD_STATUS_REENTRANT`.
 */
typedef struct mynacard_transport {
    /**
     * `sizeof(mynacard_transport)`; set by `MYNACARD_TRANSPORT_INIT`.
     */
    size_t struct_size;
    /**
     * Handed to every function as it is.
     */
    void *userdata;
    /**
     * Takes the card exclusively, powers it down and up. Required: without a cold start somebody else's PIN may still
     * be open. Returns a `mynacard_transport_result`.
     */
    int32_t (*begin)(void *userdata);
    /**
     * Sends a command and writes the answer with its two status bytes to `response`, at most `response_capacity`
     * bytes, their number to `response_size`. `secret` is not 0 when the command holds a PIN or password: then neither
     * log nor keep it; the library wipes the buffer on return. Required. Returns a `mynacard_transport_result`.
     */
    int32_t (*exchange)(void *userdata,
                        const uint8_t *command,
                        size_t command_size,
                        int32_t secret,
                        uint8_t *response,
                        size_t response_capacity,
                        size_t *response_size);
    /**
     * Ends the dialogue; `how` is a `mynacard_end`. Required.
     */
    void (*end)(void *userdata, int32_t how);
    /**
     * Called exactly once, when the card handle is gone and no call uses it any more, on whatever thread that happens: one
     * of the library, the one that frees the card, or a finalizer's. May be NULL.
     */
    void (*destroy)(void *userdata);
    /**
     * The longest command in bytes; 0 for short commands only.
     */
    size_t max_command;
    /**
     * The longest answer in bytes, status bytes included; 0 for short answers only.
     */
    size_t max_response;
} mynacard_transport;

/**
 * A connection of the calling program to the service, instead of HTTPS: a line of its own, a relay, a test. Who is at the other end
 * is the program's affair then; what the service says is checked as always.
 *
 * The function runs on a thread of the library while a call waits, one at a time for each desk. It must not throw or jump out. Of
 * the library it may call what a `mynacard_transport`'s functions may.
 */
typedef struct mynacard_carrier {
    /**
     * `sizeof(mynacard_carrier)`; set by `MYNACARD_CARRIER_INIT`.
     */
    size_t struct_size;
    /**
     * Handed to both functions as it is.
     */
    void *userdata;
    /**
     * Carries a request and waits for the answer, `timeout_ms` at most: `operation` says what is asked (`/v1/challenge`), `request` is
     * JSON, NULL and 0 for a question without any. A request with a `key` may come again, and is still one request. The body of the
     * answer goes to `response`, at most `response_capacity` bytes, its length to `response_size`, its status, as HTTP has it (200 for
     * an answer), to `response_status`. Returns a `mynacard_carried`. Required.
     *
     * A function that waits asks `mynacard_cancel_is_cancelled(NULL)` every now and then: 1 when nobody waits for the answer any more.
     * Then it returns at once, `MYNACARD_CARRIED_LOST` where the request may be on its way.
     */
    int32_t (*carry)(void *userdata,
                     const uint8_t *operation,
                     size_t operation_size,
                     const uint8_t *request,
                     size_t request_size,
                     const uint8_t *key,
                     size_t key_size,
                     uint32_t timeout_ms,
                     uint8_t *response,
                     size_t response_capacity,
                     size_t *response_size,
                     uint32_t *response_status);
    /**
     * Called exactly once for each desk that was opened with it, when the desk and its checks are gone, on whatever thread that
     * happens; by no other call. May be NULL.
     */
    void (*destroy)(void *userdata);
} mynacard_carrier;

/**
 * Which service, and how it is reached. Pointers need to live only until the call returns.
 */
typedef struct mynacard_service {
    /**
     * `sizeof(mynacard_service)`; set by `MYNACARD_SERVICE_INIT`.
     */
    size_t struct_size;
    /**
     * The address, `https://host[:port]`.
     */
    const uint8_t *url;
    /**
     * Its length.
     */
    size_t url_size;
    /**
     * The authority that certifies the service: one certificate, DER or PEM.
     */
    const uint8_t *root;
    /**
     * Its length.
     */
    size_t root_size;
    /**
     * The name that the service must say it has; NULL for the sandbox of this project, with simulated trust only.
     */
    const uint8_t *name;
    /**
     * Its length.
     */
    size_t name_size;
    /**
     * The environment that the service must say it is; NULL for the sandbox of this project, with simulated trust only.
     */
    const uint8_t *environment;
    /**
     * Its length.
     */
    size_t environment_size;
    /**
     * Whose cards are accepted: a `mynacard_trust`.
     */
    int32_t trust;
    /**
     * 0 for the system's proxy settings, 1 for no proxy.
     */
    int32_t direct;
    /**
     * 0 for TLS 1.3 alone, 1 for TLS 1.2 too where that is unavoidable.
     */
    int32_t allow_tls12;
    /**
     * The longest time of one request in milliseconds; 0 for 30 seconds.
     */
    uint32_t timeout_ms;
    /**
     * A connection of the program's own, instead of HTTPS; NULL for none. Then `url` and `root` may be NULL, and `direct` and
     * `allow_tls12` mean nothing. `mynacard_desk_open` copies the table and calls its `destroy` in the end; every other call uses it only
     * until it returns.
     */
    const struct mynacard_carrier *carrier;
    /**
     * The roots of test cards, DER, one after another, for `MYNACARD_TRUST_JPKI_TEST`; NULL otherwise.
     */
    const uint8_t *test_roots;
    /**
     * The length of all of them.
     */
    size_t test_roots_size;
} mynacard_service;

/**
 * A function that keeps each audit event of a desk, before the answer that it is about is handed out. It runs on the thread of
 * the call that it belongs to, several at once where several calls run. It must not throw or jump out. Of the library it may
 * call what a `mynacard_transport`'s functions may.
 */
typedef struct mynacard_audit {
    /**
     * `sizeof(mynacard_audit)`; set by `MYNACARD_AUDIT_INIT`.
     */
    size_t struct_size;
    /**
     * Handed to both functions as it is.
     */
    void *userdata;
    /**
     * Told each event, one JSON object in UTF-8: `{"at":1790000000,"event":"shown","tap":"…","check_id":"…",
     * "evidence":"online-pin"}`. It names no person, card, PIN or insurance. Returns 0 when the event is kept; anything else is an
     * error of the call, and the answer is not handed out. Required.
     */
    int32_t (*event)(void *userdata, const uint8_t *json, size_t json_size);
    /**
     * Called exactly once, when the desk, its checks and its answers are gone, on whatever thread that happens. May be NULL.
     */
    void (*destroy)(void *userdata);
} mynacard_audit;

/**
 * Somebody whom the card allows to sign without a PIN after proving who they are (目視確認), instead of the service's own relay.
 * Every command passes the library's guard before the card sees it: none that could spend a PIN try or sign is let through.
 *
 * The function runs on a thread of the library during `mynacard_check_by_sight`, one at a time for each desk. It must not throw or
 * jump out. Of the library it may call what a `mynacard_transport`'s functions may.
 */
typedef struct mynacard_pinless {
    /**
     * `sizeof(mynacard_pinless)`; set by `MYNACARD_PINLESS_INIT`.
     */
    size_t struct_size;
    /**
     * Handed to both functions as it is.
     */
    void *userdata;
    /**
     * Asked for the next command, in steps from 1, with the card's answer to the one before (data and status word; NULL and 0 at the
     * first step), until it has the grant: what it writes to `output` has at most `output_capacity` bytes, their number goes to
     * `output_size`. `challenge` is the service's name for the challenge, UTF-8. Returns a `mynacard_pinless_result`. Required.
     *
     * A function that waits asks `mynacard_cancel_is_cancelled(NULL)` every now and then: 1 when the check was stopped. Then it
     * returns `MYNACARD_PINLESS_RESULT_REFUSED` at once.
     */
    int32_t (*next)(void *userdata,
                    const uint8_t *challenge,
                    size_t challenge_size,
                    uint32_t step,
                    const uint8_t *answer,
                    size_t answer_size,
                    uint8_t *output,
                    size_t output_capacity,
                    size_t *output_size);
    /**
     * Called exactly once, when the desk and its checks are gone, on whatever thread that happens. May be NULL.
     */
    void (*destroy)(void *userdata);
} mynacard_pinless;

/**
 * The policies of a desk; zeros are the safe defaults.
 */
typedef struct mynacard_desk_options {
    /**
     * `sizeof(mynacard_desk_options)`; set by `MYNACARD_DESK_OPTIONS_INIT`.
     */
    size_t struct_size;
    /**
     * 1 for 「目視確認で本人認証」: staff may compare photo and person instead of the PIN.
     */
    int32_t visual_check;
    /**
     * 1 to refuse a certificate that has ended, instead of letting the service decide.
     */
    int32_t refuse_expired;
    /**
     * 1 to refuse a certificate of an unknown authority, instead of letting the service decide.
     */
    int32_t refuse_unknown_issuer;
    /**
     * A `mynacard_counter`.
     */
    int32_t counter;
    /**
     * The folder of the audit trail, which is kept under the terminal's own key; NULL for none. The terminal must have a vault.
     * Every answer and every refusal is written down before the call returns, and an answer once more when it is freed; what
     * cannot be written down is an error, and no answer.
     */
    const uint8_t *audit_folder;
    /**
     * Its length.
     */
    size_t audit_folder_size;
    /**
     * A function that is told the same events; NULL for none. It is copied, as `progress` is.
     */
    const struct mynacard_audit *audit;
    /**
     * Who proves themselves to the card at a visual check, instead of the service's relay; NULL for the relay. It is copied, as
     * `progress` is.
     */
    const struct mynacard_pinless *pinless;
    /**
     * How long a whole check may take, card and network together, in milliseconds; 0 for 90 seconds.
     */
    uint32_t patience_ms;
    /**
     * How long `mynacard_check_confirm` is good for, in milliseconds; 0 for a minute.
     */
    uint32_t confirmation_life_ms;
} mynacard_desk_options;

/**
 * A function that is told each step of a check (`mynacard_step`), on a thread of the library, one step at a time. It must
 * not wait, throw or jump out. Of the library it may call what a `mynacard_transport`'s functions may.
 */
typedef struct mynacard_progress {
    /**
     * `sizeof(mynacard_progress)`; set by `MYNACARD_PROGRESS_INIT`.
     */
    size_t struct_size;
    /**
     * Handed to both functions as it is.
     */
    void *userdata;
    /**
     * Told each step.
     */
    void (*step)(void *userdata, int32_t step);
    /**
     * Called exactly once, when the desk is gone and no check uses it any more, on whatever thread that happens: one of
     * the library, the one that frees desk or check, or a finalizer's. May be NULL.
     */
    void (*destroy)(void *userdata);
} mynacard_progress;

/**
 * What a check asks for.
 */
typedef struct mynacard_ask {
    /**
     * `sizeof(mynacard_ask)`; set by `MYNACARD_ASK_INIT`.
     */
    size_t struct_size;
    /**
     * A `mynacard_purpose`.
     */
    int32_t purpose;
    /**
     * A `mynacard_method`.
     */
    int32_t method;
    /**
     * 1 when the patient agreed to show 限度額適用認定証等.
     */
    int32_t limit_application;
    /**
     * 1 when the patient agreed to show 特定疾病療養受療証.
     */
    int32_t specific_diseases;
    /**
     * What further information the patient agrees to (居宅同意取得型), a sum of `mynacard_consent`: her card signs it, and
     * `mynacard_desk_home` registers it afterwards.
     */
    uint32_t consents;
    /**
     * Zero: a later version's option may stand here.
     */
    uint32_t reserved;
} mynacard_ask;

/**
 * The folders of an exchange, or a `face` folder with a journal. Pointers need to live only until the call returns.
 */
typedef struct mynacard_exchange {
    /**
     * `sizeof(mynacard_exchange)`; set by `MYNACARD_EXCHANGE_INIT`.
     */
    size_t struct_size;
    /**
     * Where requests are written, on the terminal's share.
     */
    const uint8_t *req;
    /**
     * Its length.
     */
    size_t req_size;
    /**
     * Where answers appear, on the terminal's share.
     */
    const uint8_t *res;
    /**
     * Its length.
     */
    size_t res_size;
    /**
     * A folder of our own, on a local disk: what was asked, and what was taken, survives a restart there.
     */
    const uint8_t *journal;
    /**
     * Its length.
     */
    size_t journal_size;
    /**
     * The password of AES ZIPs, where the terminal is set to write them; NULL otherwise.
     */
    const uint8_t *zip_password;
    /**
     * Its length.
     */
    size_t zip_password_size;
    /**
     * 0 for requests in UTF-8, 1 for Shift_JIS.
     */
    int32_t shift_jis;
    /**
     * Of a `face` folder: 1 to deliver the files that are there when it is watched for the first time, 0 to take them as old.
     */
    int32_t existing;
    /**
     * A `face` folder to be watched, instead of `req` and `res`, which are NULL then; NULL for an exchange.
     */
    const uint8_t *face;
    /**
     * Its length.
     */
    size_t face_size;
    /**
     * How long a file that cannot be read must stay unchanged before it is told, in milliseconds; 0 for ten seconds.
     */
    uint32_t patience_ms;
    /**
     * Zero: a later version's option may stand here.
     */
    uint32_t reserved;
    /**
     * The most bytes of XML that an answer may have, unpacked; 0 for one GiB.
     */
    size_t max_answer;
} mynacard_exchange;

/**
 * A function that is handed the patients of a bulk answer one by one, on a thread of the library, while the call waits. It must
 * not throw or jump out. Of the library it may call what a `mynacard_transport`'s functions may.
 */
typedef struct mynacard_patients {
    /**
     * `sizeof(mynacard_patients)`; set by `MYNACARD_PATIENTS_INIT`.
     */
    size_t struct_size;
    /**
     * Handed to both functions as it is.
     */
    void *userdata;
    /**
     * Handed one patient, JSON in UTF-8: `{"reference":"0001","answer":{…}}` with the answer as `mynacard_answer_write` writes it
     * and `mynacard_answer_read` reads it, or `{"reference":"0001","error":"MC-6131"}`; of a folder's bulk answer
     * `{"number":1,"answer":{…}}`, in the order of the file. Returns 0 to go on; anything else ends the call. Required.
     */
    int32_t (*patient)(void *userdata, const uint8_t *json, size_t json_size);
    /**
     * Called exactly once, before the call returns, once the function could have been called: not where the arguments were refused,
     * the desk or folder is none or is busy. May be NULL.
     */
    void (*destroy)(void *userdata);
} mynacard_patients;

/**
 * A store of the operating system that keeps keys for the program (DPAPI, a keychain, a TPM): vaults without a passcode are opened by
 * it, so that a terminal starts without anybody at it.
 *
 * The function runs on a thread of the library while a call waits, several at once where several calls run. It must not throw or jump
 * out. Of the library it may call what a `mynacard_transport`'s functions may.
 */
typedef struct mynacard_key_store {
    /**
     * `sizeof(mynacard_key_store)`; set by `MYNACARD_KEY_STORE_INIT`.
     */
    size_t struct_size;
    /**
     * Handed to both functions as it is.
     */
    void *userdata;
    /**
     * Writes the 32 secret bytes of the vault with this id of 16 bytes to `key`: made at random when the id comes for the first time,
     * the same ever after. Returns 0; anything else is an error of the call, and the vault stays closed. The library wipes its copy.
     * Required.
     */
    int32_t (*key)(void *userdata, const uint8_t *vault_id, uint8_t *key);
    /**
     * Called exactly once, when another store took its place and no call uses it any more, on whatever thread that happens. May be
     * NULL.
     */
    void (*destroy)(void *userdata);
} mynacard_key_store;

/**
 * A function that is told the log lines of this library, and of no other; they hold no secret and nothing about a person. It runs
 * on whatever thread logs, several at once. It must not wait, throw or jump out. Of the library it may call what a
 * `mynacard_transport`'s functions may.
 */
typedef struct mynacard_log {
    /**
     * `sizeof(mynacard_log)`; set by `MYNACARD_LOG_INIT`.
     */
    size_t struct_size;
    /**
     * Handed to both functions as it is.
     */
    void *userdata;
    /**
     * Told a line, UTF-8 without its end. `level` is 1 for an error, 2 for a warning, 3 for information, 4 and 5 for whoever looks
     * for a fault. Required.
     */
    void (*line)(void *userdata, int32_t level, const uint8_t *line, size_t line_size);
    /**
     * Called exactly once, when another function took its place and no line is told any more, on whatever thread that happens. May
     * be NULL.
     */
    void (*destroy)(void *userdata);
    /**
     * The highest level that is told; 0 for information.
     */
    int32_t most;
    /**
     * Zero: a later version's option may stand here.
     */
    uint32_t reserved;
} mynacard_log;

/**
 * What the portal handed out (ユーザー設定情報), and where the terminal is kept. Pointers need to live only until the call returns.
 */
typedef struct mynacard_registration {
    /**
     * `sizeof(mynacard_registration)`; set by `MYNACARD_REGISTRATION_INIT`.
     */
    size_t struct_size;
    /**
     * The institution's code, ten digits.
     */
    const uint8_t *institution_code;
    /**
     * Its length.
     */
    size_t institution_code_size;
    /**
     * The terminal's ID.
     */
    const uint8_t *id;
    /**
     * Its length.
     */
    size_t id_size;
    /**
     * The activation code, which works once.
     */
    const uint8_t *activation_code;
    /**
     * Its length.
     */
    size_t activation_code_size;
    /**
     * The vault file.
     */
    const uint8_t *path;
    /**
     * Its length.
     */
    size_t path_size;
    /**
     * The vault's passcode, at least eight characters; NULL for the key of `mynacard_key_store_set`.
     */
    const uint8_t *passcode;
    /**
     * Its length.
     */
    size_t passcode_size;
    /**
     * 1: somebody read and accepted the notice and terms (お知らせ・利用規約) on the program's screen.
     */
    int32_t terms_accepted;
    /**
     * Zero: a later version's option may stand here.
     */
    uint32_t reserved;
} mynacard_registration;

#ifdef __cplusplus
extern "C" {
#endif // __cplusplus

/**
 * Reads an answer or a face file (`OQSsiquc01res_face_….xml`), in Shift_JIS or UTF-8 as its declaration says.
 */
mynacard_status mynacard_answer_from_xml(const uint8_t *xml,
                                         size_t xml_size,
                                         struct mynacard_answer **answer,
                                         struct mynacard_error **error);

/**
 * Whether the insurance is valid.
 */
mynacard_validity mynacard_answer_validity(const struct mynacard_answer *answer);

/**
 * How many insurances the answer holds; 0 when the handle is none.
 */
size_t mynacard_answer_count(const struct mynacard_answer *answer);

/**
 * The text of a field, by its number (`mynacard_field_by_tag`), as it stands in the message: of the header and body with `index` -1, else of
 * that insurance, nested sections (高齢受給者証 and so on) included. `text` receives NULL where the field is absent or
 * empty. `encoding` is a `mynacard_encoding`, `unmappable` a `mynacard_unmappable`.
 */
mynacard_status mynacard_answer_text(const struct mynacard_answer *answer,
                                     int32_t index,
                                     uint16_t field,
                                     int32_t encoding,
                                     int32_t unmappable,
                                     struct mynacard_buffer **text,
                                     struct mynacard_error **error);

/**
 * The whole answer in a format (`mynacard_format`).
 */
mynacard_status mynacard_answer_write(const struct mynacard_answer *answer,
                                      int32_t format,
                                      struct mynacard_buffer **document,
                                      struct mynacard_error **error);

/**
 * What to keep with the answer, as JSON in UTF-8: `{"check_id":"…","tap":"…","evidence":"online-pin",
 * "registered":true,"card_exchanges":5,"certificate":"good","warnings":["ends-soon"],"checked_at":…,"processed_at":…,
 * "card_ms":…,"service_ms":…,"guidance":[{"code":"OK-0001","staff":{"ja":"…","en":"…"},"next":{…},"patient":{…}}]}`; times are
 * unix seconds. Of a requery it has `check_id`, `reference`, `evidence` and `processed_at`. `json` receives NULL when the answer
 * came from a file.
 */
mynacard_status mynacard_answer_check_json(const struct mynacard_answer *answer,
                                           struct mynacard_buffer **json,
                                           struct mynacard_error **error);

/**
 * The number of the field with this XML tag, for example `Name`; 0 where there is none.
 */
uint16_t mynacard_field_by_tag(const uint8_t *tag, size_t tag_size);

/**
 * The table of all fields as JSON in UTF-8: `[{"number":1,"tag":"…","label_ja":"…","label_en":"…"}]`.
 */
mynacard_status mynacard_fields_json(struct mynacard_buffer **json,
                                     struct mynacard_error **error);

/**
 * Frees an answer: it left the screen, and where the desk is audited that is written down. NULL is no error. `MYNACARD_STATUS_INVALID_HANDLE` when it was freed before.
 */
mynacard_status mynacard_answer_free(struct mynacard_answer *answer);

/**
 * Verifies the audit trail in a folder, and lists its newest events, as JSON in UTF-8. `terminal` has the key of its trail; NULL
 * reads trails of removed terminals alone, whose notes hold theirs.
 *
 * `json` receives `{"whole":true,"files":1,"lines":3,"fingerprint":"…","findings":[{"file":"audit-000001.jsonl","line":2,
 * "damage":"altered","lines":null}],"more":0,"notes":[{"note":"torn","bytes":7}],"events":[{"n":3,"at":1790000000,
 * "event":"shown",…}],"closed":[…]}`: `whole` is false when anything was removed, cut off, rewritten or moved; `events` are the
 * `newest` ones as they stand there, whether or not they are whole; each of `closed` has the same members and `note`, the file
 * that proves it. Where no trail was begun, `lines` is 0.
 */
mynacard_status mynacard_audit_json(const struct mynacard_terminal *terminal,
                                    const uint8_t *folder,
                                    size_t folder_size,
                                    uint32_t newest,
                                    struct mynacard_buffer **json,
                                    struct mynacard_error **error);

/**
 * The bytes, followed by two zero bytes that do not count; valid until the buffer is freed. NULL when the handle is none.
 */
const uint8_t *mynacard_buffer_data(const struct mynacard_buffer *buffer);

/**
 * The number of bytes; 0 when the handle is none.
 */
size_t mynacard_buffer_size(const struct mynacard_buffer *buffer);

/**
 * Wipes and frees a buffer; NULL is no error. `MYNACARD_STATUS_INVALID_HANDLE` when it was freed before.
 */
mynacard_status mynacard_buffer_free(struct mynacard_buffer *buffer);

/**
 * Makes a cancel handle.
 */
mynacard_status mynacard_cancel_new(struct mynacard_cancel **cancel, struct mynacard_error **error);

/**
 * Stops every call that was given this handle, and every later one.
 */
mynacard_status mynacard_cancel_cancel(const struct mynacard_cancel *cancel);

/**
 * 1 after `mynacard_cancel_cancel`, else 0.
 *
 * NULL means the call itself, inside a function that carries (`mynacard_carrier`) or proves (`mynacard_pinless`): 1 when it was
 * stopped or its time is over, on the thread that the function was called on. Elsewhere NULL is 0.
 */
int32_t mynacard_cancel_is_cancelled(const struct mynacard_cancel *cancel);

/**
 * Frees a cancel handle; calls that use it go on. NULL is no error.
 */
mynacard_status mynacard_cancel_free(struct mynacard_cancel *cancel);

/**
 * Waits for a card in a reader of this machine.
 *
 * `reader` is the reader's name or a part of it; empty for the only reader that holds a card (several are
 * `MYNACARD_STATUS_SEVERAL_CARDS`). `options` may be NULL. `timeout_ms` below 0 waits for ever, 0 only looks. `cancel`
 * may be NULL.
 */
mynacard_status mynacard_card_wait(const uint8_t *reader,
                                   size_t reader_size,
                                   const struct mynacard_card_options *options,
                                   int64_t timeout_ms,
                                   const struct mynacard_cancel *cancel,
                                   struct mynacard_card **card,
                                   struct mynacard_error **error);

/**
 * Waits until the card has left its reader. A card behind functions of the program is never in a reader: it answers at
 * once.
 */
mynacard_status mynacard_card_wait_removed(struct mynacard_card *card,
                                           int64_t timeout_ms,
                                           const struct mynacard_cancel *cancel,
                                           struct mynacard_error **error);

/**
 * Makes a card of functions of the calling program. The table is copied; its `destroy` is called when the card is gone,
 * and not at all when this call fails.
 */
mynacard_status mynacard_card_from_transport(const struct mynacard_transport *transport,
                                             struct mynacard_card **card,
                                             struct mynacard_error **error);

/**
 * How many tries the authentication PIN has left; 0 when it is blocked. Spends none.
 */
mynacard_status mynacard_card_tries_left(struct mynacard_card *card,
                                         const struct mynacard_cancel *cancel,
                                         int32_t *tries_left,
                                         struct mynacard_error **error);

/**
 * The holder's authentication certificate (利用者証明用電子証明書), DER. Needs no PIN.
 */
mynacard_status mynacard_card_certificate(struct mynacard_card *card,
                                          const struct mynacard_cancel *cancel,
                                          struct mynacard_buffer **certificate,
                                          struct mynacard_error **error);

/**
 * The readers of this machine and what they hold, as JSON in UTF-8:
 * `[{"name":"…","card":true,"state":"card"}]`.
 */
mynacard_status mynacard_readers_json(struct mynacard_buffer **json, struct mynacard_error **error);

/**
 * Frees a card: it is powered down, at the end of the call that uses it. NULL is no error.
 */
mynacard_status mynacard_card_free(struct mynacard_card *card);

/**
 * What a certificate (DER) says; with `ask`, also whether it is one of a card.
 *
 * `ask` is empty, or `{"usage":"authentication","hierarchy":"production","at":"2026-04-01T00:00:00Z"}`: `usage` is
 * `authentication` (利用者証明用) or `signature` (署名用), `hierarchy` is `production`, `simulation` or `test`, the last one with
 * `"roots":["…"]` (base64 of DER, at most 16), `at` is now where it is left out. `json` receives `{"description":{"subject":"…","issuer":"…","not_after":"…",…},"verdict":null}`, or a `verdict`
 * `{"usage":"…","hierarchy":"…","at":"…","root":{…},"not_before":"…","not_after":"…","revocation":"not-asked",
 * "warnings":["revocation-not-asked"]}`. A certificate that is refused is an error with its code (`MC-3…`).
 *
 * Whether it was revoked is asked where `ask` has a member `revocation` with one of: `"list":"…"` (a list, base64 of DER),
 * `"list_url":"http://…"` (one that is fetched), `"ocsp":"…"` (a response, base64 of DER), `"ocsp_url":true` (the responder that the
 * verified certificate names is asked). `"policy"` is `refuse-revoked` (where it is left out), `require-good` or `report`,
 * `"timeout_ms"` ten seconds where it is left out, and nothing else stops it; `"direct":true` heeds no proxy. The verdict's `revocation` is `good`, `revoked` or
 * `unknown` then, beside `"revocation_detail":{"this_update":"…","next_update":"…","since":null,"reason":null,"why":null}`. What cannot
 * be fetched is unknown.
 */
mynacard_status mynacard_certificate_json(const uint8_t *der,
                                          size_t der_size,
                                          const uint8_t *ask,
                                          size_t ask_size,
                                          struct mynacard_buffer **json,
                                          struct mynacard_error **error);

/**
 * Reads a list (`mynacard_list`; CSV or Excel workbook), and with an answer says whether the visitor is enrolled with an insurer
 * of it, whose contract covers what she comes for.
 *
 * `answer` may be NULL and `ask` empty; both go together, and with the list of insurers only. `ask` is
 * `{"service":"checkup","on":"20261121","evidence":"online-pin","ticket":{"number":"…","insurer":"…","birth":"…","kana":"…",
 * "sex":"1","expires":"…"}}`: `service` is `checkup`, `guidance` or `first-interview`; `evidence` is what the answer rests on
 * (`online-pin` where it is left out), `ticket` and each of its members may be left out.
 *
 * `json` receives `{"contracts":[…],"findings":[{"row":2,"column":"保険者番号","rule":"check-digit"}],"enrolments":null}`, with
 * an answer one enrolment for each insurance: `{"accepted":true,"verdict":"covered","row":2,"insurer":"138016","day":null,
 * "missing":[],"ticket":"match","ticket_fields":[]}`; of the other list `{"institutions":[…],"findings":[…]}`.
 */
mynacard_status mynacard_checkup_json(int32_t list,
                                      const uint8_t *file,
                                      size_t file_size,
                                      const struct mynacard_answer *answer,
                                      const uint8_t *ask,
                                      size_t ask_size,
                                      struct mynacard_buffer **json,
                                      struct mynacard_error **error);

/**
 * Opens a desk. `options` and `progress` may be NULL. The tables that these point to are copied, the service's `carrier` too; their `destroy` is called when
 * the desk is gone, and not at all when this call fails. Nothing is sent yet.
 */
mynacard_status mynacard_desk_open(const struct mynacard_service *service,
                                   const struct mynacard_terminal *terminal,
                                   const struct mynacard_desk_options *options,
                                   const struct mynacard_progress *progress,
                                   struct mynacard_desk **desk,
                                   struct mynacard_error **error);

/**
 * Prepares a check before the patient taps: challenge and warm connection. `ask` may be NULL for a reception by PIN.
 */
mynacard_status mynacard_desk_prepare(struct mynacard_desk *desk,
                                      const struct mynacard_ask *ask,
                                      const struct mynacard_cancel *cancel,
                                      struct mynacard_check **check,
                                      struct mynacard_error **error);

/**
 * The check itself, by PIN: card, verdict on its certificate, PIN, signature, power-down, service. The PIN reaches the
 * card at most once, and the PIN handle is empty afterwards.
 */
mynacard_status mynacard_check_by_pin(struct mynacard_check *check,
                                      struct mynacard_card *card,
                                      struct mynacard_pin *pin,
                                      const struct mynacard_cancel *cancel,
                                      struct mynacard_answer **answer,
                                      struct mynacard_error **error);

/**
 * The check itself, with the PIN typed on the reader's own keypad.
 */
mynacard_status mynacard_check_by_keypad(struct mynacard_check *check,
                                         struct mynacard_card *card,
                                         const struct mynacard_cancel *cancel,
                                         struct mynacard_answer **answer,
                                         struct mynacard_error **error);

/**
 * First part of a visual check (目視確認): reads the card, so that staff compare the photo of the card that was tapped.
 */
mynacard_status mynacard_check_tap(struct mynacard_check *check,
                                   struct mynacard_card *card,
                                   const struct mynacard_cancel *cancel,
                                   struct mynacard_error **error);

/**
 * Second part: a member of staff (a number or account, not the patient) confirms now that photo and person agree.
 */
mynacard_status mynacard_check_confirm(struct mynacard_check *check,
                                       const uint8_t *operator_,
                                       size_t operator_size,
                                       struct mynacard_error **error);

/**
 * Third part, soon after the confirmation: the check itself, with the same card.
 */
mynacard_status mynacard_check_by_sight(struct mynacard_check *check,
                                        struct mynacard_card *card,
                                        const struct mynacard_cancel *cancel,
                                        struct mynacard_answer **answer,
                                        struct mynacard_error **error);

/**
 * After a check whose answer got lost (code MC-6013, a silent or unintelligible service, a cancel while it was asked): delivers
 * the same signed proof once more, without card and PIN. The service answers it with the outcome of the first delivery, so
 * that there is one check. It works while the challenge lives, about two minutes; after that it fails with MC-5017 and the patient has
 * to tap again. `MYNACARD_STATUS_CALLER` where nothing is left to be delivered.
 */
mynacard_status mynacard_check_deliver_again(struct mynacard_check *check,
                                             const struct mynacard_cancel *cancel,
                                             struct mynacard_answer **answer,
                                             struct mynacard_error **error);

/**
 * Frees a prepared check; NULL is no error. One that was not used leaves its challenge to the next.
 */
mynacard_status mynacard_check_free(struct mynacard_check *check);

/**
 * Frees a desk; checks that were prepared at it go on. NULL is no error.
 */
mynacard_status mynacard_desk_free(struct mynacard_desk *desk);

/**
 * Looks at everything a check needs: readers, terminal, audit trail, service, clock. Nothing is changed, no card is read and no
 * check made.
 *
 * `service` and `terminal` may be NULL and `audit_folder` empty: what needs them is `unknown` then. `json` receives
 * `{"healthy":true,"complete":false,"parts":[{"name":"clock","state":"good","code":null,"facts":{"seconds_off":1},
 * "guidance":null}]}`. The parts are `readers`, `terminal-certificate`, `audit`, `service`, `clock` and `terminal-standing`; their
 * states `good`, `care` (it works, and somebody should do something), `bad` and `unknown`; a part that failed has its code and
 * what staff do. No name, number, secret or path is in it: it may go to support.
 */
mynacard_status mynacard_doctor_json(const struct mynacard_service *service,
                                     const struct mynacard_terminal *terminal,
                                     const uint8_t *audit_folder,
                                     size_t audit_folder_size,
                                     const struct mynacard_cancel *cancel,
                                     struct mynacard_buffer **json,
                                     struct mynacard_error **error);

/**
 * The status that the failed call returned; `MYNACARD_STATUS_INVALID_HANDLE` when the handle is none.
 */
mynacard_status mynacard_error_status(const struct mynacard_error *error);

/**
 * Whose turn it is.
 */
mynacard_class mynacard_error_class(const struct mynacard_error *error);

/**
 * The stable code, for example `MC-1003`: NUL-terminated ASCII that lives as long as the error. NULL when the handle is
 * none.
 */
const char *mynacard_error_code(const struct mynacard_error *error);

/**
 * The PIN tries that are left; -1 where the error does not know.
 */
int32_t mynacard_error_tries_left(const struct mynacard_error *error);

/**
 * The card's status word, 0 to 0xFFFF; -1 where no word of the card is behind the error.
 */
int32_t mynacard_error_status_word(const struct mynacard_error *error);

/**
 * A text of the error (`mynacard_error_item`), in a language (`mynacard_language`) and an encoding
 * (`mynacard_encoding`); characters without place in the encoding become 〓.
 *
 * `text` receives a buffer to be freed with `mynacard_buffer_free`.
 */
mynacard_status mynacard_error_text(const struct mynacard_error *error,
                                    int32_t item,
                                    int32_t language,
                                    int32_t encoding,
                                    struct mynacard_buffer **text);

/**
 * Frees an error; NULL is no error. `MYNACARD_STATUS_INVALID_HANDLE` when it was freed before.
 */
mynacard_status mynacard_error_free(struct mynacard_error *error);

/**
 * Opens an exchange of requests and answers with the 資格確認端末, or, where `face` is given, a `face` folder with a journal: each file
 * comes until `mynacard_folder_finish`, across restarts, and not after that. The handle serves `mynacard_folder_next` and
 * `mynacard_folder_free` as a `face` folder does.
 */
mynacard_status mynacard_folder_exchange(const struct mynacard_exchange *exchange,
                                         struct mynacard_folder **folder,
                                         struct mynacard_error **error);

/**
 * Asks the 資格確認端末: `name` receives the request's name, which comes back with the answer. `ask` says what is asked:
 *
 * - `{"do":"query","institution":"1312345679","insurer":"06130488","symbol":"…","number":"…","branch":"01","birth":"19800217",
 *   "day":"20261121","limit":true,"identifier":"…"}` (`OQSsiquc01`): the insurance behind a number. `symbol`, `branch` and
 *   `identifier` where there are some; `day` is today where it is left out; `limit` is true when the patient agreed to show
 *   限度額適用認定証等. Without `do` it is the same.
 * - `{"do":"bulk","institution":"…","day":"…","people":[{"insurer":"…","number":"…","birth":"…",…},…]}` (`OQSmuquc01`): many people,
 *   each with the members of a query from `insurer` to `birth`, `limit` and `identifier`.
 * - `{"do":"consented","institution":"…","care":"visiting","by":"visit-date","from":"20261101","to":"20261130"}` (or `online`,
 *   `consent-date`; today where `from` is left out, one day where `to` is): the patients who consented.
 * - `{"do":"assistance","institution":"…","month":"202611"}`: the people with 医療扶助 in a month, this one where it is left out.
 * - `{"do":"register","institution":"…","charts":[{"chart":"0001","insurer":"…","number":"…",…},…]}`: chart numbers (照会番号), one or
 *   many.
 * - `{"do":"download","institution":"…","of":"bulk","reception_number":"…"}` (or `visiting`, `online`, `assistance`, `register`): the
 *   result of one of the others, by the number that came with its answer.
 *
 * All of them may have a `file_identifier`, which the answer repeats. `padding` of six-digit insurer numbers in `query` and `bulk` is
 * `spaces` (the usual) or `zeros`.
 *
 * What was asked is in the journal when this returns, and is not forgotten. `MYNACARD_STATUS_CALLER` for a `face` folder.
 */
mynacard_status mynacard_folder_submit(struct mynacard_folder *folder,
                                       const uint8_t *ask,
                                       size_t ask_size,
                                       struct mynacard_buffer **name,
                                       struct mynacard_error **error);

/**
 * The program has the answer to a request, or what a face file says: it is not delivered again after a restart. With `give_up` 1 it is
 * waited for no longer. `MYNACARD_STATUS_CALLER` for a `face` folder without a journal.
 */
mynacard_status mynacard_folder_finish(struct mynacard_folder *folder,
                                       const uint8_t *name,
                                       size_t name_size,
                                       int32_t give_up,
                                       struct mynacard_error **error);

/**
 * Looks after an exchange: `ask` says what is done.
 *
 * - `{"do":"requests"}`: what was asked and not forgotten yet, also before a restart. `json` receives
 *   `{"requests":[{"name":"…","file_identifier":null,"asked_at":1790000000,"state":"waiting"}]}` (`abandoned`, `done`).
 * - `{"do":"prune","before":1790000000}`: what is done or abandoned and was asked before a time (seconds since 1970) is forgotten:
 *   without this the journal grows. `json` receives what is left, as above.
 * - `{"do":"read","name":"…"}`: an answer that `mynacard_folder_next` brought, until it is finished. `json` receives
 *   `{"name":"…","outcome":"finished","late":false,"people":120,"reception_number":"…","error_code":null,"error_message":null}`
 *   (`in-progress`, `failed`, `other`); `reception_number` fetches the result (`mynacard_folder_submit`). The people of the answer are
 *   handed to `patients` one by one, in the memory of one; NULL where they are not wanted.
 *
 * `patients` is NULL but for `read`. `MYNACARD_STATUS_CALLER` for a `face` folder.
 */
mynacard_status mynacard_folder_manage(struct mynacard_folder *folder,
                                       const uint8_t *ask,
                                       size_t ask_size,
                                       const struct mynacard_patients *patients,
                                       const struct mynacard_cancel *cancel,
                                       struct mynacard_buffer **json,
                                       struct mynacard_error **error);

/**
 * Watches a folder, whether or not it is there at the moment. `existing` is 1 to deliver the files that are there
 * already, 0 to take them as old.
 */
mynacard_status mynacard_folder_open(const uint8_t *path,
                                     size_t path_size,
                                     int32_t existing,
                                     struct mynacard_folder **folder,
                                     struct mynacard_error **error);

/**
 * Waits for the next face file, or for the next answer of an exchange, each once, never half. `name` receives the name of the file,
 * of an exchange that of the request (`mynacard_folder_submit`), UTF-8, and may be NULL. `answer` receives NULL where the request was
 * no single query: `mynacard_folder_manage` reads what came.
 *
 * `MYNACARD_STATUS_TIMEOUT` and `MYNACARD_STATUS_CANCELLED` as in every wait; `MYNACARD_STATUS_ENVIRONMENT` when the
 * folder went away and `MYNACARD_STATUS_INPUT` for a file that is no answer: call again, watching goes on. Which file, or which
 * request's answer, the error tells (`MYNACARD_ERROR_ITEM_SUBJECT`): `mynacard_folder_finish` gives it up.
 */
mynacard_status mynacard_folder_next(struct mynacard_folder *folder,
                                     int64_t timeout_ms,
                                     const struct mynacard_cancel *cancel,
                                     struct mynacard_answer **answer,
                                     struct mynacard_buffer **name,
                                     struct mynacard_error **error);

/**
 * Stops watching; NULL is no error.
 */
mynacard_status mynacard_folder_free(struct mynacard_folder *folder);

/**
 * The sentences of one code (`MC-1003` of an error, `OK-0001` of an answer, `not-confirmed`), or of every code where `code` is
 * empty: `[{"code":"MC-1003","class":"card","staff":{"ja":"…","en":"…"},"next":{…},"patient":{…},
 * "instead":["online-visual"]}]`. `{n}` in a sentence stands for a number: the PIN tries left, the seconds of a clock.
 */
mynacard_status mynacard_guidance_json(const uint8_t *code,
                                       size_t code_size,
                                       struct mynacard_buffer **json,
                                       struct mynacard_error **error);

/**
 * Consents (居宅同意取得型), and what they allow without the card: `ask` says what is done.
 *
 * - `{"do":"register","reference":"0001","care":"visiting","kinds":["medicines","treatment"],"visit":"20261121"}` after a check
 *   whose `consents` the card signed: `checked` is its answer. `care` is `visiting`, `online` or `outpatient`, `kinds` are of
 *   `checkups`, `medicines`, `treatment` and `operations`, `visit` is today where it is left out.
 * - `{"do":"inquire","reference":"0001"}`, `{"do":"change","reference":"0001","kinds":["medicines"]}` (fewer kinds only),
 *   `{"do":"cancel","reference":"0001","reason":"patient"}` (or `institution`, `change-of-use`): one patient.
 * - `{"do":"list","care":"visiting","by":"visit-date","from":"20261101","to":"20261130"}` (or `consent-date`; today where `from` is
 *   left out, one day where `to` is).
 * - `{"do":"requery","reference":"0001","limit_application":true,"specific_diseases":false}` (再照会): the insurance of a visited
 *   patient, to `answer`.
 * - `{"do":"submit",…}` with the members of `list` and of `requery` (without `reference`), and
 *   `{"do":"poll","reception_number":"…"}`: a bulk query, which `mynacard_desk_download` fetches.
 *
 * `json` receives a consent, `{"reference":"0001","care":"visiting","kinds":["medicines"],"given_at":"…","visit_date":"20261121",
 * "ends_at":"…","state":"active","reason":null}` (`expired`, `cancelled`); of `list` `{"consents":[…]}`; of `requery`
 * `{"check_id":"…","reference":"0001","evidence":"online-requery","processed_at":"…"}`; of `submit` `{"reception_number":"…"}`; of
 * `poll` also `"state":"finished"` (`in-progress`, `failed`). `checked` is NULL but for `register`; `answer` may be NULL but for
 * `requery` and receives NULL with everything else.
 */
mynacard_status mynacard_desk_home(struct mynacard_desk *desk,
                                   const uint8_t *ask,
                                   size_t ask_size,
                                   const struct mynacard_answer *checked,
                                   const struct mynacard_cancel *cancel,
                                   struct mynacard_buffer **json,
                                   struct mynacard_answer **answer,
                                   struct mynacard_error **error);

/**
 * Fetches a finished bulk query, patient by patient, in the memory of one. `json` receives `{"reception_number":"…",
 * "state":"finished","patients":120}`; a query that is in progress has no patients yet.
 */
mynacard_status mynacard_desk_download(struct mynacard_desk *desk,
                                       const uint8_t *reception_number,
                                       size_t reception_number_size,
                                       const struct mynacard_patients *patients,
                                       const struct mynacard_cancel *cancel,
                                       struct mynacard_buffer **json,
                                       struct mynacard_error **error);

/**
 * Judges a number as staff typed it: insurer, insured, institution, ticket and so on, by its `kind` (`insurer-number`,
 * `institution-code`, …). A number that is none is no error: `valid` says so.
 *
 * `json` receives `{"kind":"insurer-number","valid":true,"value":"138016","renderings":[["spaces","  138016"],
 * ["zeros","00138016"]],"findings":[],"code":null,"error":null}`; `value` is null where the text cannot be one, `code` and
 * `error` say why `valid` is false. With empty `kind` and `text` it receives every kind:
 * `[{"kind":"insurer-number","label_ja":"保険者番号"}]`.
 */
mynacard_status mynacard_identifier_json(const uint8_t *kind,
                                         size_t kind_size,
                                         const uint8_t *text,
                                         size_t text_size,
                                         struct mynacard_buffer **json,
                                         struct mynacard_error **error);

/**
 * From now on every vault that is stored, opened or registered without a passcode (NULL with length 0) is opened by a key of this
 * store, in the whole process; NULL for none: then a passcode is wanted. The table is copied; its `destroy` is called when another one
 * took its place, and not at all when this call fails.
 */
mynacard_status mynacard_key_store_set(const struct mynacard_key_store *store,
                                       struct mynacard_error **error);

/**
 * From now on the log lines of this library, in the whole process, go to this function instead of the former one; NULL for
 * none. The table is copied; its `destroy` is called when another one took its place, and not at all when this call fails.
 * `MYNACARD_STATUS_UNSUPPORTED` where another logger serves the process.
 */
mynacard_status mynacard_log_set(const struct mynacard_log *log,
                                 struct mynacard_error **error);

/**
 * Looks which charts an answer may belong to, and compares them field by field. Nothing is picked and nothing corrected: a
 * person decides.
 *
 * `charts` is a JSON array: `[{"key":"4711","reference_number":"0001","fields":{"Name":"…","NameKana":"…",
 * "Birthdate":"19800217","InsurerNumber":"…"}}]`; `key` comes back, `reference_number` (照会番号) may be left out, `fields` are
 * the tags of `mynacard_fields_json`. `json` receives one element for each insurance of the answer:
 * `[{"found":"one","charts":[{"key":"4711","differences":[{"tag":"Address","field":12,"ours":"…","theirs":"…",
 * "outcome":"differs","weight":"note","open":true,"proposal":"…"}]}]}]`. `found` is `reference-number`, `one`, `several` or
 * `none`; `outcome` is `same`, `differs`, `only-ours`, `only-theirs`, `neither` or `undecided`; `weight` is `note`, `claim` or
 * `identity`.
 */
mynacard_status mynacard_answer_match_json(const struct mynacard_answer *answer,
                                           const uint8_t *charts,
                                           size_t charts_size,
                                           struct mynacard_buffer **json,
                                           struct mynacard_error **error);

/**
 * What the card is, which applications it has and how many tries each PIN has left, as JSON in UTF-8. No PIN is sent and no try
 * spent: `{"card":"my-number-card","applications":{"jpki":true,"input-support":true,…},"tries":{"authentication":3,
 * "signature":5,"input-support":3,…},"open":[]}`. A counter is 0 when its PIN is blocked, and null where the card does not tell;
 * `open` names PINs that somebody else's session has open.
 */
mynacard_status mynacard_card_status_json(struct mynacard_card *card,
                                          const struct mynacard_cancel *cancel,
                                          struct mynacard_buffer **json,
                                          struct mynacard_error **error);

/**
 * Name, address, birth date and sex from 券面入力補助AP, by the PIN of that application (券面事項入力補助用暗証番号), which reaches the
 * card at most once; the handle is empty afterwards. The last try is never spent.
 *
 * `authorities` is empty, or `{"hierarchy":"production","keys":[{"id":"…","modulus":"…","exponent":"010001"}]}` in hexadecimal
 * digits: then the issuer's signature is verified, and an attribute that was altered is an error. `hierarchy` is `production`,
 * `test` or `simulation`. `json` receives `{"name":"…","address":"…","birth":"19800217","sex":"1","verified":true}`; sex is 1
 * for male, 2 for female, 9 for not applicable.
 */
mynacard_status mynacard_card_attributes_json(struct mynacard_card *card,
                                              struct mynacard_pin *pin,
                                              const uint8_t *authorities,
                                              size_t authorities_size,
                                              const struct mynacard_cancel *cancel,
                                              struct mynacard_buffer **json,
                                              struct mynacard_error **error);

/**
 * Photo, name and address from the card's face (券面事項確認AP), by 照合番号B: verified, or an error. The issuer signed them, and the
 * card that signed a fresh message holds the key beside them.
 *
 * `number_b` is sixteen digits that stand on the card: birth date YYYYMMDD, year of expiry YYYY, security code. A wrong number
 * costs one of its ten tries, and none of a PIN's. `authorities` is as for `mynacard_card_attributes_json`, and may not be
 * empty. With a `check` the call is also the first part of its visual check, instead of `mynacard_check_tap`; NULL only looks.
 *
 * `photo_jp2` receives JPEG 2000, `name_png` and `address_png` images as they are printed, `json`
 * `{"birth":"19800217","sex":"1"}`; each of them may be NULL. A card without a photo is an error.
 */
mynacard_status mynacard_card_face(struct mynacard_card *card,
                                   struct mynacard_check *check,
                                   const uint8_t *number_b,
                                   size_t number_b_size,
                                   const uint8_t *authorities,
                                   size_t authorities_size,
                                   const struct mynacard_cancel *cancel,
                                   struct mynacard_buffer **photo_jp2,
                                   struct mynacard_buffer **name_png,
                                   struct mynacard_buffer **address_png,
                                   struct mynacard_buffer **json,
                                   struct mynacard_error **error);

/**
 * Gives a PIN (`mynacard_card_pin`) another value: the old one is sent once, then the new one. Both handles are empty afterwards.
 * The last try is never spent. Where the answer to the change gets lost (`MC-1023`), the old or the new PIN may be right: ask the
 * holder to try the new one first.
 */
mynacard_status mynacard_card_change_pin(struct mynacard_card *card,
                                         int32_t which,
                                         struct mynacard_pin *old_pin,
                                         struct mynacard_pin *new_pin,
                                         const struct mynacard_cancel *cancel,
                                         struct mynacard_error **error);

/**
 * Makes an empty PIN, to be filled digit by digit, or a filled one from ASCII digits (NULL and 0 for an empty one).
 *
 * The caller wipes its own copy of the digits.
 */
mynacard_status mynacard_pin_new(const uint8_t *digits,
                                 size_t digits_size,
                                 struct mynacard_pin **pin,
                                 struct mynacard_error **error);

/**
 * Adds one digit, `'0'` to `'9'`.
 */
mynacard_status mynacard_pin_push(struct mynacard_pin *pin,
                                  uint8_t digit,
                                  struct mynacard_error **error);

/**
 * Takes the last digit back; all of them when `all` is not 0.
 */
mynacard_status mynacard_pin_erase(struct mynacard_pin *pin,
                                   int32_t all,
                                   struct mynacard_error **error);

/**
 * How many digits there are, for the dots on a screen; 0 when the handle is none or in use.
 */
size_t mynacard_pin_length(const struct mynacard_pin *pin);

/**
 * Wipes and frees a PIN; NULL is no error. `MYNACARD_STATUS_INVALID_HANDLE` when it was freed before.
 */
mynacard_status mynacard_pin_free(struct mynacard_pin *pin);

/**
 * Activates a new terminal (初期登録) and keeps it: what `mynacard_terminal_activate` and `mynacard_terminal_store` do, but the
 * registration is in the vault before the activation code is spent. Where the answer gets lost, the same call delivers the same
 * registration again, and the service answers it as before; a full disk costs no code.
 */
mynacard_status mynacard_terminal_register(const struct mynacard_service *service,
                                           const struct mynacard_registration *registration,
                                           const struct mynacard_cancel *cancel,
                                           struct mynacard_terminal **terminal,
                                           struct mynacard_error **error);

/**
 * Reads an answer from a document of a kind (`mynacard_document`).
 */
mynacard_status mynacard_answer_read(const uint8_t *document,
                                     size_t document_size,
                                     int32_t kind,
                                     struct mynacard_answer **answer,
                                     struct mynacard_error **error);

/**
 * Activates a new terminal (初期登録) with what the portal handed out (ユーザー設定情報): institution code (ten digits), ID and
 * activation code, which works once. `terms_accepted` must be 1: somebody read and accepted the notice and terms
 * (お知らせ・利用規約) on the program's screen.
 *
 * Keep the terminal with `mynacard_terminal_store` before anything else.
 */
mynacard_status mynacard_terminal_activate(const struct mynacard_service *service,
                                           const uint8_t *institution_code,
                                           size_t institution_code_size,
                                           const uint8_t *id,
                                           size_t id_size,
                                           const uint8_t *activation_code,
                                           size_t activation_code_size,
                                           int32_t terms_accepted,
                                           const struct mynacard_cancel *cancel,
                                           struct mynacard_terminal **terminal,
                                           struct mynacard_error **error);

/**
 * Keeps the terminal in a new vault file under a passcode of at least eight characters, or, where it is NULL, under the key of
 * `mynacard_key_store_set`. A file that is there already is an error, but for the vault of this very terminal, which gets the new
 * passcode. After a failure (a full disk) the same call may be repeated. Where the place itself went away (a share), an empty file of
 * this call's may come back with it: the call then says that a vault exists, the handle keeps the terminal, and another path
 * takes it.
 */
mynacard_status mynacard_terminal_store(const struct mynacard_terminal *terminal,
                                        const uint8_t *path,
                                        size_t path_size,
                                        const uint8_t *passcode,
                                        size_t passcode_size,
                                        struct mynacard_error **error);

/**
 * Opens the terminal that is kept in a vault file; where the passcode is NULL, by the key of `mynacard_key_store_set`. Wrong passcodes make the next attempt wait, longer each time.
 */
mynacard_status mynacard_terminal_open(const uint8_t *path,
                                       size_t path_size,
                                       const uint8_t *passcode,
                                       size_t passcode_size,
                                       struct mynacard_terminal **terminal,
                                       struct mynacard_error **error);

/**
 * What is known of the terminal, as JSON in UTF-8: `{"name":"…","institution":{"code":"…","name":"…","kind":"…"},
 * "visual_check_allowed":true,"visual_check":"off","kept":true,"not_after":1790000000}`; `visual_check` is null, and `kept` false,
 * for a terminal without a vault.
 */
mynacard_status mynacard_terminal_json(const struct mynacard_terminal *terminal,
                                       struct mynacard_buffer **json,
                                       struct mynacard_error **error);

/**
 * Renews or removes a terminal, or switches its visual check: a `mynacard_terminal_action`. The terminal must have a vault
 * (`MYNACARD_STATUS_CALLER` otherwise).
 *
 * `service` may be NULL for the visual check. `audit_folder` is where the terminal's audit trail is; empty where it has none:
 * then a switch is not audited and no trail is closed. `json` receives what `mynacard_terminal_json` tells, of a removed terminal
 * `{"terminal":"…","removed":true,"audit":{"lines":3,"fingerprint":"…","note":"…"}}`: note the fingerprint elsewhere. `audit` is
 * null where there was no trail, `{"not_closed":"MC-…"}` where it was damaged before.
 */
mynacard_status mynacard_terminal_manage(struct mynacard_terminal *terminal,
                                         const struct mynacard_service *service,
                                         int32_t action,
                                         const uint8_t *audit_folder,
                                         size_t audit_folder_size,
                                         const struct mynacard_cancel *cancel,
                                         struct mynacard_buffer **json,
                                         struct mynacard_error **error);

/**
 * Frees a terminal; desks that use it keep it. NULL is no error.
 */
mynacard_status mynacard_terminal_free(struct mynacard_terminal *terminal);

/**
 * Begins (1) or ends (0) the recording of what passes between library and card. `trace` receives the recording at its end, one
 * JSON object a line, UTF-8, and is not written at its beginning.
 *
 * A recording is about nobody: headers, lengths, status words and what is the same on many cards are written down, everything
 * else is masked; PINs and what is signed are left out. `MYNACARD_STATUS_CALLER` at the end of a recording that was not begun.
 */
mynacard_status mynacard_card_record(struct mynacard_card *card,
                                     int32_t record,
                                     struct mynacard_buffer **trace,
                                     struct mynacard_error **error);

/**
 * Makes a card of a recording: it answers as the recorded one did, as long as it is asked the same. PINs are not in a recording,
 * so any will do.
 */
mynacard_status mynacard_card_from_trace(const uint8_t *trace,
                                         size_t trace_size,
                                         struct mynacard_card **card,
                                         struct mynacard_error **error);

/**
 * The version of the library that is running: NUL-terminated ASCII that lives for ever.
 */
const char *mynacard_version(void);

/**
 * The ABI of the library that is running; compare it with `MYNACARD_ABI_VERSION` before anything else.
 */
uint32_t mynacard_abi_version(void);

/**
 * Panics inside the library on purpose, so that a program can try how it treats `MYNACARD_STATUS_PANIC`.
 */
mynacard_status mynacard_panic_on_purpose(struct mynacard_error **error);

#ifdef __cplusplus
}  // extern "C"
#endif  // __cplusplus

#endif  /* MYNACARD_H */

#ifndef MYNACARD_INIT
#define MYNACARD_INIT
/* An empty mynacard_card_options of this header's version. */
#define MYNACARD_CARD_OPTIONS_INIT { sizeof(mynacard_card_options), 0, 0 }
/* An empty mynacard_transport of this header's version. */
#define MYNACARD_TRANSPORT_INIT { sizeof(mynacard_transport), 0, 0, 0, 0, 0, 0, 0 }
/* An empty mynacard_carrier of this header's version. */
#define MYNACARD_CARRIER_INIT { sizeof(mynacard_carrier), 0, 0, 0 }
/* An empty mynacard_service of this header's version. */
#define MYNACARD_SERVICE_INIT { sizeof(mynacard_service), 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 }
/* An empty mynacard_audit of this header's version. */
#define MYNACARD_AUDIT_INIT { sizeof(mynacard_audit), 0, 0, 0 }
/* An empty mynacard_pinless of this header's version. */
#define MYNACARD_PINLESS_INIT { sizeof(mynacard_pinless), 0, 0, 0 }
/* An empty mynacard_desk_options of this header's version. */
#define MYNACARD_DESK_OPTIONS_INIT { sizeof(mynacard_desk_options), 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 }
/* An empty mynacard_progress of this header's version. */
#define MYNACARD_PROGRESS_INIT { sizeof(mynacard_progress), 0, 0, 0 }
/* An empty mynacard_ask of this header's version. */
#define MYNACARD_ASK_INIT { sizeof(mynacard_ask), 0, 0, 0, 0, 0, 0 }
/* An empty mynacard_exchange of this header's version. */
#define MYNACARD_EXCHANGE_INIT { sizeof(mynacard_exchange), 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 }
/* An empty mynacard_patients of this header's version. */
#define MYNACARD_PATIENTS_INIT { sizeof(mynacard_patients), 0, 0, 0 }
/* An empty mynacard_key_store of this header's version. */
#define MYNACARD_KEY_STORE_INIT { sizeof(mynacard_key_store), 0, 0, 0 }
/* An empty mynacard_log of this header's version. */
#define MYNACARD_LOG_INIT { sizeof(mynacard_log), 0, 0, 0, 0, 0 }
/* An empty mynacard_registration of this header's version. */
#define MYNACARD_REGISTRATION_INIT { sizeof(mynacard_registration), 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 }
/* The version of the library that this header belongs to; mynacard_version() tells the running one's. */
#define MYNACARD_VERSION "0.1.0"
#endif /* MYNACARD_INIT */
