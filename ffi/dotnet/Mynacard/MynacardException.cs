using System;
using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;
using System.Text;

namespace Mynacard
{
    /// <summary>What a call returned; the groups are those of mynacard_status in mynacard.h.</summary>
    public enum Status
    {
        Ok = 0,
        InvalidArgument = 100, InvalidHandle = 101, Busy = 102, Reentrant = 103, StructSize = 104, UnknownOption = 105,
        InvalidText = 106, Unmappable = 107, Unsupported = 108, MalformedPin = 109, Caller = 199,
        Card = 200, WrongPin = 201, PinBlocked = 202, LastTry = 203, OutcomeUnknown = 204, NotMyNumberCard = 205, CardGone = 206,
        Peer = 300,
        Input = 400,
        Environment = 500, SeveralCards = 501, Timeout = 502,
        Cancelled = 600,
        Panic = 900, Internal = 901
    }

    /// <summary>Whose turn it is after an error.</summary>
    public enum Turn { Caller = 1, Card = 2, Peer = 3, Input = 4, Environment = 5, Library = 6 }

    /// <summary>Why a call failed, with the sentences for staff and patient.</summary>
    [Serializable]
    public class MynacardException : Exception
    {
        /// <summary>What the call returned.</summary>
        public Status Status { get; private set; }
        /// <summary>Whose turn it is.</summary>
        public Turn Turn { get; private set; }
        /// <summary>The stable code, for example MC-1003.</summary>
        public string Code { get; private set; }
        /// <summary>The PIN tries left, where the error knows.</summary>
        public int? TriesLeft { get; private set; }
        /// <summary>The card's status word, where one is behind the error.</summary>
        public int? StatusWord { get; private set; }
        /// <summary>The sentence for the staff's screen, Japanese. <see cref="Exception.Message"/> is the same.</summary>
        public string Staff { get; private set; }
        /// <summary>What staff do next, Japanese.</summary>
        public string Next { get; private set; }
        /// <summary>What staff may tell the patient, Japanese; empty when it does not concern the patient.</summary>
        public string Patient { get; private set; }
        /// <summary>What happened, in English, for a log; without secrets and personal data.</summary>
        public string Detail { get; private set; }

        private const string Key = "Mynacard";

        private MynacardException(string message) : base(message) { }

        /// <summary>What the library says of a call that rethrew an exception of this program's own transport; else null.</summary>
        public static MynacardException Behind(Exception rethrown)
        {
            return rethrown == null ? null : rethrown.Data[Key] as MynacardException;
        }

        internal void StandBehind(Exception thrown) { thrown.Data[Key] = this; }

        /// <summary>Reads and frees a native error.</summary>
        internal static MynacardException Of(int status, IntPtr error)
        {
            string staff = Text(error, 0);
            var exception = new MynacardException(staff.Length == 0 ? "mynacard: status " + status : staff)
            {
                Status = (Status)status,
                Staff = staff,
                Next = Text(error, 1),
                Patient = Text(error, 2),
                Detail = Text(error, 3),
                Code = "",
                Turn = Turn.Caller
            };
            if (error != IntPtr.Zero)
            {
                exception.Turn = (Turn)Native.mynacard_error_class(error);
                exception.Code = Marshal.PtrToStringAnsi(Native.mynacard_error_code(error)) ?? "";
                exception.TriesLeft = Known(Native.mynacard_error_tries_left(error));
                exception.StatusWord = Known(Native.mynacard_error_status_word(error));
                Native.mynacard_error_free(error);
            }
            return exception;
        }

        private static int? Known(int value) { return value < 0 ? (int?)null : value; }

        private static string Text(IntPtr error, int item)
        {
            IntPtr text;
            if (error == IntPtr.Zero || Native.mynacard_error_text(error, item, 0, 1, out text) != 0) return "";
            return Calls.TakeUtf16(text);
        }
    }

    internal static class Calls
    {
        /// <summary>Throws when a call failed: what a callback threw, with its own stack, else the library's error.</summary>
        internal static void Check(int status, IntPtr error, Exception thrown = null)
        {
            if (status == 0) return;
            var failure = MynacardException.Of(status, error);
            if (thrown == null) throw failure;
            failure.StandBehind(thrown);
            ExceptionDispatchInfo.Capture(thrown).Throw();
        }

        internal static byte[] Utf8(string text) { return Encoding.UTF8.GetBytes(text ?? ""); }
        internal static UIntPtr Size(byte[] bytes) { return new UIntPtr((uint)bytes.Length); }

        /// <summary>Copies a buffer out and frees it.</summary>
        internal static byte[] Take(IntPtr buffer)
        {
            if (buffer == IntPtr.Zero) return null;
            try
            {
                var bytes = new byte[checked((int)Native.mynacard_buffer_size(buffer).ToUInt64())];
                Marshal.Copy(Native.mynacard_buffer_data(buffer), bytes, 0, bytes.Length);
                return bytes;
            }
            finally { Native.mynacard_buffer_free(buffer); }
        }

        internal static string TakeUtf8(IntPtr buffer)
        {
            var bytes = Take(buffer);
            return bytes == null ? null : Encoding.UTF8.GetString(bytes);
        }

        internal static string TakeUtf16(IntPtr buffer)
        {
            var bytes = Take(buffer);
            return bytes == null ? null : Encoding.Unicode.GetString(bytes);
        }
    }
}
