// One SafeHandle for each kind of native handle: the runtime frees what a program forgets.
using System;
using System.Runtime.InteropServices;

namespace Mynacard
{
    internal abstract class NativeHandle : SafeHandle
    {
        protected NativeHandle() : base(IntPtr.Zero, true) { }
        public override bool IsInvalid { get { return handle == IntPtr.Zero; } }

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
        protected override bool ReleaseHandle() { return Native.mynacard_card_free(handle) == 0; }
    }

    internal sealed class TerminalHandle : NativeHandle
    {
        protected override bool ReleaseHandle() { return Native.mynacard_terminal_free(handle) == 0; }
    }

    internal sealed class DeskHandle : NativeHandle
    {
        protected override bool ReleaseHandle() { return Native.mynacard_desk_free(handle) == 0; }
    }

    internal sealed class CheckHandle : NativeHandle
    {
        protected override bool ReleaseHandle() { return Native.mynacard_check_free(handle) == 0; }
    }

    internal sealed class AnswerHandle : NativeHandle
    {
        protected override bool ReleaseHandle() { return Native.mynacard_answer_free(handle) == 0; }
    }

    internal sealed class FolderHandle : NativeHandle
    {
        protected override bool ReleaseHandle() { return Native.mynacard_folder_free(handle) == 0; }
    }
}
