// The sandbox library, so that the desk can be tried without reader, line or real card. A desk in use needs nothing of it.
using System;
using System.Text;
using System.Threading;
using Mynacard;
using Mynacard.Testing;

namespace ReceptionDesk
{
    /// <summary>Where cards come from, and which service is asked.</summary>
    internal abstract class Place : IDisposable
    {
        internal abstract Service Service { get; }
        /// <summary>Waits for a card; runs on a thread of the pool.</summary>
        internal abstract Card WaitForCard(Cancel cancel);
        /// <summary>Whose signature a portrait must bear, JSON; null where nobody published a key.</summary>
        internal virtual string Authorities { get { return null; } }
        public virtual void Dispose() { }
    }

    /// <summary>A reader of this machine and a real service.</summary>
    internal sealed class ReaderPlace : Place
    {
        private readonly Service service;
        private readonly string reader, authorities;

        internal ReaderPlace(Service service, string reader, string authorities)
        {
            this.service = service;
            this.reader = reader;
            this.authorities = authorities;
        }

        internal override Service Service { get { return service; } }
        internal override string Authorities { get { return authorities; } }
        internal override Card WaitForCard(Cancel cancel) { return Card.Wait(reader, null, cancel); }
    }

    /// <summary>The sandbox: a service in this process, and cards that a button lays down.</summary>
    internal sealed class SandboxPlace : Place
    {
        private readonly Sandbox sandbox = new Sandbox();
        private readonly object gate = new object();
        private Laid laid;

        internal override Service Service { get { return sandbox.Service; } }
        internal override string Authorities { get { return Sandbox.Authorities; } }

        /// <summary>Institution code, ID and activation code as a portal would hand them out.</summary>
        internal string[] Activation()
        {
            var issued = sandbox.Issue();
            return new[] { issued.InstitutionCode, issued.Id, issued.ActivationCode };
        }

        internal void LoseAnswers(bool lose) { sandbox.LoseAnswers(lose); }

        /// <summary>What is printed on a person's card, sixteen digits.</summary>
        internal static string Printed(string person) { return Encoding.ASCII.GetString(Sandbox.NumberB(person)); }

        /// <summary>Lays a person's card down; null takes away what lies there.</summary>
        internal void Lay(string person)
        {
            Laid former, next = person == null ? null : new Laid(person);
            lock (gate) { former = laid; laid = next; }
            if (former != null) former.Take();
        }

        internal bool IsLaid { get { lock (gate) return laid != null; } }

        /// <summary>Called before every command, on the library's thread; a test slows the card down with it.</summary>
        internal static volatile Action BeforeCommand = null;

        internal override Card WaitForCard(Cancel cancel)
        {
            for (;;)
            {
                Laid here;
                lock (gate) here = laid;
                if (here != null) return Card.Behind(here);
                if (cancel.IsStopped) throw new OperationCanceledException();
                Thread.Sleep(30);
            }
        }

        public override void Dispose()
        {
            Lay(null);
            sandbox.Dispose();
        }

        /// <summary>A card that stays what it is, tries included, while it lies there: it goes when it is taken, and not with the
        /// <see cref="Card"/> that stands before it.</summary>
        private sealed class Laid : ICardTransport
        {
            private readonly VirtualCard card;

            internal Laid(string person) { card = new VirtualCard(person) { BeforeCommand = isSecret => { var before = BeforeCommand; if (before != null) before(); } }; }

            public void Begin() { card.Begin(); }
            public byte[] Exchange(byte[] command, bool secret) { return card.Exchange(command, secret); }
            public void End(bool powerDown) { card.End(powerDown); }
            public int MaxCommand { get { return card.MaxCommand; } }
            public int MaxResponse { get { return card.MaxResponse; } }
            internal void Take() { card.Dispose(); }
        }
    }
}
