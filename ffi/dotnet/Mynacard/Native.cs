// The imports, one to one with mynacard.h. Every one is cdecl: the default would be stdcall, which corrupts the stack of
// 32-bit processes and which no 64-bit test sees.
using System;
using System.Runtime.InteropServices;

namespace Mynacard
{
    internal static class Native
    {
        internal const string Library = "mynacard";
        internal const CallingConvention Convention = CallingConvention.Cdecl;
        internal const uint AbiVersion = 1;

        /// <summary>Before the first import is called: the right library is loaded, and it is the one that this wrapper was written for.</summary>
        static Native()
        {
            Loader.Load(Library);
            uint version;
            try { version = mynacard_abi_version(); }
            catch (DllNotFoundException) { return; } // The call that comes says it.
            catch (BadImageFormatException) { return; } // Likewise: of the other width.
            catch (EntryPointNotFoundException) { version = 0; }
            if (version != AbiVersion) throw new NotSupportedException("mynacard: the native library has the interface " + version + ", and this wrapper wants " + AbiVersion);
        }

        [StructLayout(LayoutKind.Sequential)]
        internal struct Transport
        {
            internal UIntPtr StructSize;
            internal IntPtr Userdata;
            internal IntPtr Begin;
            internal IntPtr Exchange;
            internal IntPtr End;
            internal IntPtr Destroy;
            internal UIntPtr MaxCommand;
            internal UIntPtr MaxResponse;
        }

        [StructLayout(LayoutKind.Sequential)]
        internal struct Service
        {
            internal UIntPtr StructSize;
            internal IntPtr Url;
            internal UIntPtr UrlSize;
            internal IntPtr Root;
            internal UIntPtr RootSize;
            internal IntPtr Name;
            internal UIntPtr NameSize;
            internal IntPtr Environment;
            internal UIntPtr EnvironmentSize;
            internal int Trust;
            internal int Direct;
            internal int AllowTls12;
            internal uint TimeoutMs;
            internal IntPtr Carrier;
            internal IntPtr TestRoots;
            internal UIntPtr TestRootsSize;
        }

        [StructLayout(LayoutKind.Sequential)]
        internal struct CardOptions
        {
            internal UIntPtr StructSize;
            internal int Lengths;
            internal uint KeypadTimeoutMs;
        }

        [StructLayout(LayoutKind.Sequential)]
        internal struct DeskOptions
        {
            internal UIntPtr StructSize;
            internal int VisualCheck;
            internal int RefuseExpired;
            internal int RefuseUnknownIssuer;
            internal int Counter;
            internal IntPtr AuditFolder;
            internal UIntPtr AuditFolderSize;
            internal IntPtr Audit;
            internal IntPtr Pinless;
            internal uint PatienceMs;
            internal uint ConfirmationLifeMs;
        }

        [StructLayout(LayoutKind.Sequential)]
        internal struct Ask
        {
            internal UIntPtr StructSize;
            internal int Purpose;
            internal int Method;
            internal int LimitApplication;
            internal int SpecificDiseases;
            internal uint Consents;
            internal uint Reserved;
        }

        /// <summary>mynacard_audit, mynacard_patients, mynacard_carrier, mynacard_pinless and mynacard_key_store: one function, and the end.</summary>
        [StructLayout(LayoutKind.Sequential)]
        internal struct Listener
        {
            internal UIntPtr StructSize;
            internal IntPtr Userdata;
            internal IntPtr Function;
            internal IntPtr Destroy;
        }

        [StructLayout(LayoutKind.Sequential)]
        internal struct Log
        {
            internal UIntPtr StructSize;
            internal IntPtr Userdata;
            internal IntPtr Line;
            internal IntPtr Destroy;
            internal int Most;
            internal uint Reserved;
        }

        [StructLayout(LayoutKind.Sequential)]
        internal struct Registration
        {
            internal UIntPtr StructSize;
            internal IntPtr InstitutionCode;
            internal UIntPtr InstitutionCodeSize;
            internal IntPtr Id;
            internal UIntPtr IdSize;
            internal IntPtr ActivationCode;
            internal UIntPtr ActivationCodeSize;
            internal IntPtr Path;
            internal UIntPtr PathSize;
            internal IntPtr Passcode;
            internal UIntPtr PasscodeSize;
            internal int TermsAccepted;
            internal uint Reserved;
        }

        [StructLayout(LayoutKind.Sequential)]
        internal struct Exchange
        {
            internal UIntPtr StructSize;
            internal IntPtr Requests;
            internal UIntPtr RequestsSize;
            internal IntPtr Answers;
            internal UIntPtr AnswersSize;
            internal IntPtr Journal;
            internal UIntPtr JournalSize;
            internal IntPtr ZipPassword;
            internal UIntPtr ZipPasswordSize;
            internal int ShiftJis;
            internal int Existing;
            internal IntPtr Face;
            internal UIntPtr FaceSize;
            internal uint PatienceMs;
            internal uint Reserved;
            internal UIntPtr MaxAnswer;
        }

        [StructLayout(LayoutKind.Sequential)]
        internal struct Progress
        {
            internal UIntPtr StructSize;
            internal IntPtr Userdata;
            internal IntPtr Step;
            internal IntPtr Destroy;
        }

        [UnmanagedFunctionPointer(Convention)]
        internal delegate int BeginFunction(IntPtr userdata);
        [UnmanagedFunctionPointer(Convention)]
        internal delegate int ExchangeFunction(IntPtr userdata, IntPtr command, UIntPtr commandSize, int secret,
            IntPtr response, UIntPtr capacity, IntPtr responseSize);
        [UnmanagedFunctionPointer(Convention)]
        internal delegate void EndFunction(IntPtr userdata, int how);
        [UnmanagedFunctionPointer(Convention)]
        internal delegate void DestroyFunction(IntPtr userdata);
        [UnmanagedFunctionPointer(Convention)]
        internal delegate void StepFunction(IntPtr userdata, int step);
        [UnmanagedFunctionPointer(Convention)]
        internal delegate int JsonFunction(IntPtr userdata, IntPtr json, UIntPtr size);
        [UnmanagedFunctionPointer(Convention)]
        internal delegate int CarryFunction(IntPtr userdata, IntPtr operation, UIntPtr operationSize, IntPtr request, UIntPtr requestSize, IntPtr key, UIntPtr keySize,
            uint timeoutMs, IntPtr response, UIntPtr capacity, IntPtr responseSize, IntPtr responseStatus);
        [UnmanagedFunctionPointer(Convention)]
        internal delegate int NextFunction(IntPtr userdata, IntPtr challenge, UIntPtr challengeSize, uint step, IntPtr answer, UIntPtr answerSize,
            IntPtr output, UIntPtr capacity, IntPtr outputSize);
        [UnmanagedFunctionPointer(Convention)]
        internal delegate int KeyFunction(IntPtr userdata, IntPtr vaultId, IntPtr key);
        [UnmanagedFunctionPointer(Convention)]
        internal delegate void LineFunction(IntPtr userdata, int level, IntPtr line, UIntPtr size);

        [DllImport(Library, CallingConvention = Convention)] internal static extern IntPtr mynacard_version();
        [DllImport(Library, CallingConvention = Convention)] internal static extern uint mynacard_abi_version();
        [DllImport(Library, CallingConvention = Convention)] internal static extern int mynacard_panic_on_purpose(out IntPtr error);

        [DllImport(Library, CallingConvention = Convention)] internal static extern IntPtr mynacard_buffer_data(IntPtr buffer);
        [DllImport(Library, CallingConvention = Convention)] internal static extern UIntPtr mynacard_buffer_size(IntPtr buffer);
        [DllImport(Library, CallingConvention = Convention)] internal static extern int mynacard_buffer_free(IntPtr buffer);

        [DllImport(Library, CallingConvention = Convention)] internal static extern int mynacard_error_class(IntPtr error);
        [DllImport(Library, CallingConvention = Convention)] internal static extern IntPtr mynacard_error_code(IntPtr error);
        [DllImport(Library, CallingConvention = Convention)] internal static extern int mynacard_error_tries_left(IntPtr error);
        [DllImport(Library, CallingConvention = Convention)] internal static extern int mynacard_error_status_word(IntPtr error);
        [DllImport(Library, CallingConvention = Convention)] internal static extern int mynacard_error_text(IntPtr error, int item, int language, int encoding, out IntPtr text);
        [DllImport(Library, CallingConvention = Convention)] internal static extern int mynacard_error_free(IntPtr error);

        [DllImport(Library, CallingConvention = Convention)] internal static extern int mynacard_cancel_new(out IntPtr cancel, out IntPtr error);
        [DllImport(Library, CallingConvention = Convention)] internal static extern int mynacard_cancel_cancel(CancelHandle cancel);
        [DllImport(Library, CallingConvention = Convention)] internal static extern int mynacard_cancel_is_cancelled(CancelHandle cancel);
        [DllImport(Library, CallingConvention = Convention)] internal static extern int mynacard_cancel_free(IntPtr cancel);

        [DllImport(Library, CallingConvention = Convention)] internal static extern int mynacard_pin_new(byte[] digits, UIntPtr size, out IntPtr pin, out IntPtr error);
        [DllImport(Library, CallingConvention = Convention)] internal static extern int mynacard_pin_push(PinHandle pin, byte digit, out IntPtr error);
        [DllImport(Library, CallingConvention = Convention)] internal static extern int mynacard_pin_erase(PinHandle pin, int all, out IntPtr error);
        [DllImport(Library, CallingConvention = Convention)] internal static extern UIntPtr mynacard_pin_length(PinHandle pin);
        [DllImport(Library, CallingConvention = Convention)] internal static extern int mynacard_pin_free(IntPtr pin);

        [DllImport(Library, CallingConvention = Convention)] internal static extern int mynacard_card_wait(byte[] reader, UIntPtr size, ref CardOptions options, long timeoutMs, CancelHandle cancel, out IntPtr card, out IntPtr error);
        [DllImport(Library, CallingConvention = Convention)] internal static extern int mynacard_card_wait_removed(CardHandle card, long timeoutMs, CancelHandle cancel, out IntPtr error);
        [DllImport(Library, CallingConvention = Convention)] internal static extern int mynacard_card_from_transport(ref Transport transport, out IntPtr card, out IntPtr error);
        [DllImport(Library, CallingConvention = Convention)] internal static extern int mynacard_card_tries_left(CardHandle card, CancelHandle cancel, out int tries, out IntPtr error);
        [DllImport(Library, CallingConvention = Convention)] internal static extern int mynacard_card_face(CardHandle card, CheckHandle check, byte[] numberB, UIntPtr numberBSize, byte[] authorities, UIntPtr authoritiesSize, CancelHandle cancel, out IntPtr photo, out IntPtr name, out IntPtr address, out IntPtr json, out IntPtr error);
        [DllImport(Library, CallingConvention = Convention)] internal static extern int mynacard_card_free(IntPtr card);
        [DllImport(Library, CallingConvention = Convention)] internal static extern int mynacard_readers_json(out IntPtr json, out IntPtr error);

        [DllImport(Library, CallingConvention = Convention)] internal static extern int mynacard_terminal_activate(ref Service service, byte[] code, UIntPtr codeSize, byte[] id, UIntPtr idSize, byte[] activation, UIntPtr activationSize, int termsAccepted, CancelHandle cancel, out IntPtr terminal, out IntPtr error);
        [DllImport(Library, CallingConvention = Convention)] internal static extern int mynacard_terminal_store(TerminalHandle terminal, byte[] path, UIntPtr pathSize, byte[] passcode, UIntPtr passcodeSize, out IntPtr error);
        [DllImport(Library, CallingConvention = Convention)] internal static extern int mynacard_terminal_open(byte[] path, UIntPtr pathSize, byte[] passcode, UIntPtr passcodeSize, out IntPtr terminal, out IntPtr error);
        [DllImport(Library, CallingConvention = Convention)] internal static extern int mynacard_terminal_json(TerminalHandle terminal, out IntPtr json, out IntPtr error);
        [DllImport(Library, CallingConvention = Convention)] internal static extern int mynacard_terminal_free(IntPtr terminal);

        [DllImport(Library, CallingConvention = Convention)] internal static extern int mynacard_desk_open(ref Service service, TerminalHandle terminal, ref DeskOptions options, ref Progress progress, out IntPtr desk, out IntPtr error);
        [DllImport(Library, CallingConvention = Convention)] internal static extern int mynacard_desk_free(IntPtr desk);
        [DllImport(Library, CallingConvention = Convention)] internal static extern int mynacard_desk_prepare(DeskHandle desk, ref Ask ask, CancelHandle cancel, out IntPtr check, out IntPtr error);
        [DllImport(Library, CallingConvention = Convention)] internal static extern int mynacard_check_by_pin(CheckHandle check, CardHandle card, PinHandle pin, CancelHandle cancel, out IntPtr answer, out IntPtr error);
        [DllImport(Library, CallingConvention = Convention)] internal static extern int mynacard_check_deliver_again(CheckHandle check, CancelHandle cancel, out IntPtr answer, out IntPtr error);
        [DllImport(Library, CallingConvention = Convention)] internal static extern int mynacard_check_by_keypad(CheckHandle check, CardHandle card, CancelHandle cancel, out IntPtr answer, out IntPtr error);
        [DllImport(Library, CallingConvention = Convention)] internal static extern int mynacard_check_tap(CheckHandle check, CardHandle card, CancelHandle cancel, out IntPtr error);
        [DllImport(Library, CallingConvention = Convention)] internal static extern int mynacard_check_confirm(CheckHandle check, byte[] staff, UIntPtr size, out IntPtr error);
        [DllImport(Library, CallingConvention = Convention)] internal static extern int mynacard_check_by_sight(CheckHandle check, CardHandle card, CancelHandle cancel, out IntPtr answer, out IntPtr error);
        [DllImport(Library, CallingConvention = Convention)] internal static extern int mynacard_check_free(IntPtr check);

        [DllImport(Library, CallingConvention = Convention)] internal static extern int mynacard_answer_from_xml(byte[] xml, UIntPtr size, out IntPtr answer, out IntPtr error);
        [DllImport(Library, CallingConvention = Convention)] internal static extern int mynacard_answer_validity(AnswerHandle answer);
        [DllImport(Library, CallingConvention = Convention)] internal static extern UIntPtr mynacard_answer_count(AnswerHandle answer);
        [DllImport(Library, CallingConvention = Convention)] internal static extern ushort mynacard_field_by_tag(byte[] tag, UIntPtr size);
        [DllImport(Library, CallingConvention = Convention)] internal static extern int mynacard_answer_text(AnswerHandle answer, int index, ushort field, int encoding, int unmappable, out IntPtr text, out IntPtr error);
        [DllImport(Library, CallingConvention = Convention)] internal static extern int mynacard_answer_write(AnswerHandle answer, int format, out IntPtr document, out IntPtr error);
        [DllImport(Library, CallingConvention = Convention)] internal static extern int mynacard_answer_check_json(AnswerHandle answer, out IntPtr json, out IntPtr error);
        [DllImport(Library, CallingConvention = Convention)] internal static extern int mynacard_answer_free(IntPtr answer);

        [DllImport(Library, CallingConvention = Convention)] internal static extern int mynacard_folder_open(byte[] path, UIntPtr size, int existing, out IntPtr folder, out IntPtr error);
        [DllImport(Library, CallingConvention = Convention)] internal static extern int mynacard_folder_next(FolderHandle folder, long timeoutMs, CancelHandle cancel, out IntPtr answer, out IntPtr name, out IntPtr error);
        [DllImport(Library, CallingConvention = Convention)] internal static extern int mynacard_folder_free(IntPtr folder);

        [DllImport(Library, CallingConvention = Convention)] internal static extern int mynacard_error_status(IntPtr error);
        [DllImport(Library, CallingConvention = Convention)] internal static extern int mynacard_card_certificate(CardHandle card, CancelHandle cancel, out IntPtr der, out IntPtr error);
        [DllImport(Library, CallingConvention = Convention)] internal static extern int mynacard_card_status_json(CardHandle card, CancelHandle cancel, out IntPtr json, out IntPtr error);
        [DllImport(Library, CallingConvention = Convention)] internal static extern int mynacard_card_attributes_json(CardHandle card, PinHandle pin, byte[] authorities, UIntPtr size, CancelHandle cancel, out IntPtr json, out IntPtr error);
        [DllImport(Library, CallingConvention = Convention)] internal static extern int mynacard_card_change_pin(CardHandle card, int which, PinHandle oldPin, PinHandle newPin, CancelHandle cancel, out IntPtr error);
        [DllImport(Library, CallingConvention = Convention)] internal static extern int mynacard_card_record(CardHandle card, int record, out IntPtr trace, out IntPtr error);
        [DllImport(Library, CallingConvention = Convention)] internal static extern int mynacard_card_from_trace(byte[] trace, UIntPtr size, out IntPtr card, out IntPtr error);
        [DllImport(Library, CallingConvention = Convention)] internal static extern int mynacard_terminal_register(ref Service service, ref Registration registration, CancelHandle cancel, out IntPtr terminal, out IntPtr error);
        [DllImport(Library, CallingConvention = Convention)] internal static extern int mynacard_terminal_manage(TerminalHandle terminal, IntPtr service, int action, byte[] auditFolder, UIntPtr size, CancelHandle cancel, out IntPtr json, out IntPtr error);
        [DllImport(Library, CallingConvention = Convention)] internal static extern int mynacard_audit_json(TerminalHandle terminal, byte[] folder, UIntPtr size, uint newest, out IntPtr json, out IntPtr error);
        [DllImport(Library, CallingConvention = Convention)] internal static extern int mynacard_doctor_json(IntPtr service, TerminalHandle terminal, byte[] auditFolder, UIntPtr size, CancelHandle cancel, out IntPtr json, out IntPtr error);
        [DllImport(Library, CallingConvention = Convention)] internal static extern int mynacard_desk_home(DeskHandle desk, byte[] ask, UIntPtr size, AnswerHandle checkedAnswer, CancelHandle cancel, out IntPtr json, out IntPtr answer, out IntPtr error);
        [DllImport(Library, CallingConvention = Convention)] internal static extern int mynacard_desk_download(DeskHandle desk, byte[] receptionNumber, UIntPtr size, ref Listener patients, CancelHandle cancel, out IntPtr json, out IntPtr error);
        [DllImport(Library, CallingConvention = Convention)] internal static extern int mynacard_answer_read(byte[] document, UIntPtr size, int kind, out IntPtr answer, out IntPtr error);
        [DllImport(Library, CallingConvention = Convention)] internal static extern int mynacard_answer_match_json(AnswerHandle answer, byte[] charts, UIntPtr size, out IntPtr json, out IntPtr error);
        [DllImport(Library, CallingConvention = Convention)] internal static extern int mynacard_fields_json(out IntPtr json, out IntPtr error);
        [DllImport(Library, CallingConvention = Convention)] internal static extern int mynacard_identifier_json(byte[] kind, UIntPtr kindSize, byte[] text, UIntPtr textSize, out IntPtr json, out IntPtr error);
        [DllImport(Library, CallingConvention = Convention)] internal static extern int mynacard_checkup_json(int list, byte[] file, UIntPtr fileSize, AnswerHandle answer, byte[] ask, UIntPtr askSize, out IntPtr json, out IntPtr error);
        [DllImport(Library, CallingConvention = Convention)] internal static extern int mynacard_certificate_json(byte[] der, UIntPtr derSize, byte[] ask, UIntPtr askSize, out IntPtr json, out IntPtr error);
        [DllImport(Library, CallingConvention = Convention)] internal static extern int mynacard_guidance_json(byte[] code, UIntPtr size, out IntPtr json, out IntPtr error);
        [DllImport(Library, CallingConvention = Convention)] internal static extern int mynacard_folder_exchange(ref Exchange exchange, out IntPtr folder, out IntPtr error);
        [DllImport(Library, CallingConvention = Convention)] internal static extern int mynacard_folder_submit(FolderHandle folder, byte[] ask, UIntPtr size, out IntPtr name, out IntPtr error);
        [DllImport(Library, CallingConvention = Convention)] internal static extern int mynacard_folder_finish(FolderHandle folder, byte[] name, UIntPtr size, int giveUp, out IntPtr error);
        [DllImport(Library, CallingConvention = Convention)] internal static extern int mynacard_folder_manage(FolderHandle folder, byte[] ask, UIntPtr size, IntPtr patients, CancelHandle cancel, out IntPtr json, out IntPtr error);
        [DllImport(Library, CallingConvention = Convention)] internal static extern int mynacard_key_store_set(ref Listener store, out IntPtr error);
        [DllImport(Library, CallingConvention = Convention, EntryPoint = "mynacard_key_store_set")] internal static extern int KeyStoreUnset(IntPtr none, out IntPtr error);
        [DllImport(Library, CallingConvention = Convention)] internal static extern int mynacard_log_set(ref Log log, out IntPtr error);
        [DllImport(Library, CallingConvention = Convention, EntryPoint = "mynacard_log_set")] internal static extern int LogUnset(IntPtr none, out IntPtr error);
    }
}
