using System;

namespace Mynacard
{
    /// <summary>Whether the insurance is valid (資格有効性).</summary>
    public enum Validity { Unstated = 0, Valid = 1, Invalid = 2, InvalidNewerExists = 3, NotFound = 4, Several = 5, ValidUnregistered = 6, NotRegistered = 7, Other = 99 }
    /// <summary>A whole answer as one document.</summary>
    public enum Format { Json = 0, XmlUtf8 = 1, XmlShiftJis = 2, TextJapanese = 3, TextEnglish = 4 }

    /// <summary>What the service or a face file says about one person.</summary>
    public sealed class Answer : IDisposable
    {
        private readonly AnswerHandle handle;
        internal Answer(IntPtr native) { handle = NativeHandle.Own<AnswerHandle>(native); }

        /// <summary>Reads an answer or a face file.</summary>
        public static Answer FromXml(byte[] xml)
        {
            IntPtr answer, error;
            Calls.Check(Native.mynacard_answer_from_xml(xml, Calls.Size(xml), out answer, out error), error);
            return new Answer(answer);
        }

        public Validity Validity
        {
            get
            {
                var number = Native.mynacard_answer_validity(handle);
                return Enum.IsDefined(typeof(Validity), number) ? (Validity)number : Validity.Other;
            }
        }

        /// <summary>How many insurances it holds.</summary>
        public int Count { get { return (int)Native.mynacard_answer_count(handle).ToUInt64(); } }

        /// <summary>A field by its tag: of insurance <paramref name="index"/>, or of the message with -1. Null where absent.</summary>
        public string Text(string tag, int index = 0)
        {
            var name = Calls.Utf8(tag);
            IntPtr text, error;
            var field = Native.mynacard_field_by_tag(name, Calls.Size(name));
            Calls.Check(Native.mynacard_answer_text(handle, index, field, 1, 0, out text, out error), error);
            return Calls.TakeUtf16(text);
        }

        /// <summary>The whole answer as a document.</summary>
        public byte[] Write(Format format)
        {
            IntPtr document, error;
            Calls.Check(Native.mynacard_answer_write(handle, (int)format, out document, out error), error);
            return Calls.Take(document);
        }

        /// <summary>What to keep with the answer, JSON; null for a file.</summary>
        public string CheckJson()
        {
            IntPtr json, error;
            Calls.Check(Native.mynacard_answer_check_json(handle, out json, out error), error);
            return Calls.TakeUtf8(json);
        }

        public void Dispose() { handle.Dispose(); }
    }

    /// <summary>A watched exchange folder of the 資格確認端末.</summary>
    public sealed class FaceFolder : IDisposable
    {
        private readonly FolderHandle handle;

        public FaceFolder(string path, bool deliverExisting = false)
        {
            var name = Calls.Utf8(path);
            IntPtr folder, error;
            Calls.Check(Native.mynacard_folder_open(name, Calls.Size(name), deliverExisting ? 1 : 0, out folder, out error), error);
            handle = NativeHandle.Own<FolderHandle>(folder);
        }

        /// <summary>Waits for the next face file.</summary>
        public Answer Next(TimeSpan? timeout = null, Cancel cancel = null)
        {
            IntPtr answer, name, error;
            var status = Native.mynacard_folder_next(handle, Card.Milliseconds(timeout), Cancel.Of(cancel), out answer, out name, out error);
            Calls.Check(status, error);
            Native.mynacard_buffer_free(name);
            return new Answer(answer);
        }

        public void Dispose() { handle.Dispose(); }
    }

    /// <summary>Which library is running.</summary>
    public static class Library
    {
        /// <summary>Throws when the native library does not belong to this wrapper.</summary>
        public static void CheckVersion()
        {
            if (Native.mynacard_abi_version() != Native.AbiVersion)
                throw new NotSupportedException("mynacard: another ABI version than this wrapper's");
        }

        public static string Version { get { return System.Runtime.InteropServices.Marshal.PtrToStringAnsi(Native.mynacard_version()); } }

        /// <summary>Panics inside the library on purpose, to try how a program treats it.</summary>
        public static void PanicOnPurpose()
        {
            IntPtr error;
            Calls.Check(Native.mynacard_panic_on_purpose(out error), error);
        }
    }
}
