// One SafeHandle for each kind of native handle: the runtime frees what a program forgets.
using System;
using System.Runtime.InteropServices;

namespace Mynacard
{
    internal abstract class NativeHandle : SafeHandle
    {
        protected NativeHandle() : base(IntPtr.Zero, true) { }
        public override bool IsInvalid { get { return handle == IntPtr.Zero; } }

        /// <summary>The program ends, or its domain: delegates may be gone already, so whatever could call one is left to the system.</summary>
        protected static bool IsEnding { get { return Environment.HasShutdownStarted || AppDomain.CurrentDomain.IsFinalizingForUnload(); } }

        internal static T Own<T>(IntPtr native) where T : NativeHandle, new()
        {
            var own = new T();
            own.SetHandle(native);
            return own;
        }
    }

    internal sealed class CancelHandle : NativeHandle
    {
        /// <summary>No cancelling.</summary>
        internal static readonly CancelHandle None = new CancelHandle();
        protected override bool ReleaseHandle() { return Native.mynacard_cancel_free(handle) == 0; }
    }

    internal sealed class PinHandle : NativeHandle
    {
        protected override bool ReleaseHandle() { return Native.mynacard_pin_free(handle) == 0; }
    }

    internal sealed class CardHandle : NativeHandle
    {
        protected override bool ReleaseHandle() { return IsEnding || Rooted.Release(Native.mynacard_card_free, handle); }
    }

    internal sealed class TerminalHandle : NativeHandle
    {
        /// <summary>No terminal.</summary>
        internal static readonly TerminalHandle None = new TerminalHandle();
        protected override bool ReleaseHandle() { return Native.mynacard_terminal_free(handle) == 0; }
    }

    internal sealed class DeskHandle : NativeHandle
    {
        protected override bool ReleaseHandle() { return IsEnding || Rooted.Release(Native.mynacard_desk_free, handle); }
    }

    internal sealed class CheckHandle : NativeHandle
    {
        /// <summary>No check.</summary>
        internal static readonly CheckHandle None = new CheckHandle();
        protected override bool ReleaseHandle() { return IsEnding || Rooted.Release(Native.mynacard_check_free, handle); }
    }

    internal sealed class AnswerHandle : NativeHandle
    {
        /// <summary>No answer.</summary>
        internal static readonly AnswerHandle None = new AnswerHandle();
        protected override bool ReleaseHandle() { return IsEnding || Rooted.Release(Native.mynacard_answer_free, handle); }
    }

    internal sealed class FolderHandle : NativeHandle
    {
        protected override bool ReleaseHandle() { return Native.mynacard_folder_free(handle) == 0; }
    }
}
