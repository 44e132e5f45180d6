using System;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Serialization;

namespace Mynacard
{
    /// <summary>What a call returned; the groups are those of mynacard_status in mynacard.h.</summary>
    public enum Status
    {
        /// <summary>It worked.</summary>
        Ok = 0,
        /// <summary>The call was wrong: a pointer that may not be NULL, a length, a number outside its enumeration.</summary>
        InvalidArgument = 100,
        /// <summary>The handle was freed, is of another type, or never was one.</summary>
        InvalidHandle = 101,
        /// <summary>Another thread is in a call with this handle. Only cancelling works meanwhile.</summary>
        Busy = 102,
        /// <summary>A callback called back into the library.</summary>
        Reentrant = 103,
        /// <summary>struct_size is smaller than the first version of the structure.</summary>
        StructSize = 104,
        /// <summary>A newer structure sets options that this library does not know.</summary>
        UnknownOption = 105,
        /// <summary>Text is not what it should be: not UTF-8, or not the form asked for.</summary>
        InvalidText = 106,
        /// <summary>A character has no place in the encoding asked for.</summary>
        Unmappable = 107,
        /// <summary>This build of the library cannot do it.</summary>
        Unsupported = 108,
        /// <summary>The PIN is not four digits. No card has seen it.</summary>
        MalformedPin = 109,
        /// <summary>Anything else that the calling program asked for and may not.</summary>
        Caller = 199,
        /// <summary>The card refused, or left.</summary>
        Card = 200,
        /// <summary>The PIN is wrong; the error says how many tries are left.</summary>
        WrongPin = 201,
        /// <summary>The PIN is blocked.</summary>
        PinBlocked = 202,
        /// <summary>One try is left, so the PIN was not sent.</summary>
        LastTry = 203,
        /// <summary>A PIN was sent and the card's answer was lost: whether a try was spent is unknown.</summary>
        OutcomeUnknown = 204,
        /// <summary>The card is no My Number Card.</summary>
        NotMyNumberCard = 205,
        /// <summary>The card left the reader.</summary>
        CardGone = 206,
        /// <summary>The service refused.</summary>
        Peer = 300,
        /// <summary>What was read is malformed.</summary>
        Input = 400,
        /// <summary>The machine, the reader, the line or the disk.</summary>
        Environment = 500,
        /// <summary>Several readers hold a card; the error's text lists them.</summary>
        SeveralCards = 501,
        /// <summary>The time is over.</summary>
        Timeout = 502,
        /// <summary>The cancel handle was used.</summary>
        Cancelled = 600,
        /// <summary>A defect of the library. The handles of the call may be freed and nothing else.</summary>
        Panic = 900,
        /// <summary>The library is in a state that should not be.</summary>
        Internal = 901
    }

    /// <summary>Whose turn it is after an error.</summary>
    public enum Turn
    {
        /// <summary>The calling program, or its user, asked for something impossible.</summary>
        Caller = 1,
        /// <summary>The card refused, or was not there.</summary>
        Card = 2,
        /// <summary>The service, or another party, refused.</summary>
        Peer = 3,
        /// <summary>What arrived was malformed.</summary>
        Input = 4,
        /// <summary>The machine, the reader, the line or the disk.</summary>
        Environment = 5,
        /// <summary>The library itself.</summary>
        Library = 6
    }

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

        /// <summary>The name of the file that it is about, or of the request whose answer it is, as Finish and GiveUp of folders take it; empty
        /// where it is about none. It may repeat what another program put into the name, so it is no text for a log.</summary>
        public string Subject { get; private set; }

        private const string Key = "Mynacard";
        /// <summary>For exceptions whose data nobody may write to.</summary>
        private static readonly ConditionalWeakTable<Exception, MynacardException> Views = new ConditionalWeakTable<Exception, MynacardException>();

        private MynacardException(string message) : base(message) { }

        /// <summary>Reads one that comes from another domain or process.</summary>
        protected MynacardException(SerializationInfo info, StreamingContext context) : base(info, context)
        {
            Status = (Status)info.GetInt32("Mynacard.Status");
            Turn = (Turn)info.GetInt32("Mynacard.Turn");
            Code = info.GetString("Mynacard.Code");
            TriesLeft = Known(info.GetInt32("Mynacard.TriesLeft"));
            StatusWord = Known(info.GetInt32("Mynacard.StatusWord"));
            Staff = info.GetString("Mynacard.Staff");
            Next = info.GetString("Mynacard.Next");
            Patient = info.GetString("Mynacard.Patient");
            Detail = info.GetString("Mynacard.Detail");
            Subject = info.GetString("Mynacard.Subject");
        }

        /// <summary>Writes it for another domain or process.</summary>
        public override void GetObjectData(SerializationInfo info, StreamingContext context)
        {
            base.GetObjectData(info, context);
            info.AddValue("Mynacard.Status", (int)Status);
            info.AddValue("Mynacard.Turn", (int)Turn);
            info.AddValue("Mynacard.Code", Code);
            info.AddValue("Mynacard.TriesLeft", TriesLeft ?? -1);
            info.AddValue("Mynacard.StatusWord", StatusWord ?? -1);
            info.AddValue("Mynacard.Staff", Staff);
            info.AddValue("Mynacard.Next", Next);
            info.AddValue("Mynacard.Patient", Patient);
            info.AddValue("Mynacard.Detail", Detail);
            info.AddValue("Mynacard.Subject", Subject);
        }

        /// <summary>What the library says of a call that rethrew an exception of this program's own; else null.</summary>
        public static MynacardException Behind(Exception rethrown)
        {
            MynacardException view;
            if (rethrown == null) return null;
            if (Views.TryGetValue(rethrown, out view)) return view;
            try { return rethrown.Data[Key] as MynacardException; }
            catch (Exception) { return null; }
        }

        internal void StandBehind(Exception thrown)
        {
            // In its data it crosses domains. Whether a PIN try was spent must not get lost because those are read-only.
            try { thrown.Data[Key] = this; }
            catch (Exception)
            {
                Views.Remove(thrown);
                Views.Add(thrown, this);
            }
        }

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
                Subject = Text(error, 4),
                Code = "",
                Turn = Turn.Caller
            };
            if (error != IntPtr.Zero)
            {
                exception.Status = (Status)Native.mynacard_error_status(error);
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
}
