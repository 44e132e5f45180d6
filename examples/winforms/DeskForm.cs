// The reception desk: one window, one patient at a time. Whatever waits runs on a thread of the pool, so the window never stops.
using System;
using System.Drawing;
using System.IO;
using System.Threading.Tasks;
using System.Windows.Forms;
using Mynacard;

namespace ReceptionDesk
{
    internal sealed class DeskForm : Form
    {
        private readonly Place place;
        private readonly SandboxPlace sandbox;
        private readonly string vault;
        private readonly Panel head = new Panel { Name = "head", BackColor = Ui.Navy }, demo = new Panel { Name = "demo", BackColor = Color.FromArgb(0xE3, 0xE8, 0xED) };
        private readonly Words title = new Words("title", 24, true, Color.White) { Text = "マイナンバーカード 資格確認" }, institution = new Words("institutionName", 17, false, Color.FromArgb(0xD5, 0xE2, 0xEF)).At(StringAlignment.Far);
        private readonly Words demoTitle = new Words("demoTitle", 15, false, Ui.Quiet) { Text = "体験モード：実在の人・カード・サービスではありません" };
        private readonly ComboBox people = new ComboBox { Name = "people", DropDownStyle = ComboBoxStyle.DropDownList, Font = Ui.Font(16), FlatStyle = FlatStyle.Flat, DrawMode = DrawMode.OwnerDrawFixed, TabStop = false };
        private readonly Touch lay = Touch.Plain("lay", "カードを置く", 16), take = Touch.Plain("take", "カードを取る", 16);
        private readonly RegisterScreen register = new RegisterScreen();
        private readonly OpenScreen open = new OpenScreen();
        private readonly CheckScreen check = new CheckScreen();
        private readonly ResultScreen result = new ResultScreen();
        private readonly TroubleScreen trouble = new TroubleScreen();
        private static readonly string[] Ids = { "kyokai-self", "gendo-a03", "kouki-2wari", "cert-ending", "lost", "two-results", "tokutei", "pin-blocked", "infant", "unregistered", "long-name" };
        private static readonly string[] Names = { "医療 太郎（協会けんぽ）", "限度 明（限度額あり）", "後期 松夫（後期高齢者）", "間近 更（証明書の期限が近い）", "喪失 守（資格喪失）", "二重 菜々（資格が二つ）", "特定 透（特定疾病）", "施錠 堅（ロック中）", "乳児 芽（写真なし）", "未登 録郎（利用登録なし）", "寿限無（長い氏名）" };

        private Terminal terminal;
        private Desk desk;
        private Round round;
        private Method method = Method.Pin;
        private bool closing;
        private readonly bool built;

        /// <summary>What one patient's visit needs, together with what runs for it.</summary>
        private sealed class Round : IDisposable
        {
            internal readonly Cancel Cancel = new Cancel();
            internal readonly Pin Pin = new Pin();
            internal Check Check;
            internal Card Card;
            internal bool Checking, Looking, Asked;
            /// <summary>The last thing that was started; the next begins when it has ended.</summary>
            internal Task Running = Task.FromResult(0);

            /// <summary>Runs one blocking call; its exceptions come out of the await.</summary>
            internal Task<T> Run<T>(Func<T> call)
            {
                var task = Task.Run(call);
                Running = task;
                return task;
            }

            public void Dispose()
            {
                Pin.Dispose();
                if (Check != null) Check.Dispose();
                if (Card != null) Card.Dispose();
                Cancel.Dispose();
            }
        }

        internal DeskForm(Place place, string vault, string staff)
        {
            this.place = place;
            this.vault = vault;
            sandbox = place as SandboxPlace;
            Name = "desk";
            Text = "資格確認 受付";
            BackColor = Ui.Ground;
            AutoScaleMode = AutoScaleMode.None; // Ui.Factor scales everything
            StartPosition = FormStartPosition.Manual;
            ClientSize = new Size(Ui.Px(1200), Ui.Px(800));
            MinimumSize = new Size(Ui.Px(1040), Ui.Px(760));
            KeyPreview = true;
            SuspendLayout();
            head.Controls.AddRange(new Control[] { title, institution });
            people.Items.AddRange(Names);
            people.SelectedIndex = 0;
            people.ItemHeight = Ui.Px(26);
            people.DrawItem += DrawPerson;
            demo.Controls.AddRange(new Control[] { demoTitle, people, lay, take });
            demo.Visible = sandbox != null;
            Controls.AddRange(new Control[] { head, demo, register, open, check, result, trouble });
            check.Staff.Box.Text = staff;
            built = true;
            ResumeLayout();

            register.Go.Click += async (sender, e) => await Register();
            open.Go.Click += async (sender, e) => await Open();
            lay.Click += (sender, e) => { sandbox.Lay(Ids[people.SelectedIndex]); Lies(); };
            take.Click += (sender, e) => { sandbox.Lay(null); Lies(); };
            check.Pin.Click += async (sender, e) => await Begin(Method.Pin);
            check.Sight.Click += async (sender, e) => await Begin(Method.Visual);
            check.Pad.Digit += Push;
            check.Pad.Erase += all => { if (round != null && !round.Checking) { round.Pin.Erase(all); Ready(); } };
            check.Go.Click += async (sender, e) => await ByPin();
            check.ReadPhoto.Click += async (sender, e) => await Look(true);
            check.OwnEyes.Click += async (sender, e) => await Look(false);
            check.Same.Click += async (sender, e) => await BySight();
            check.Other.Click += (sender, e) => NotTheSame();
            check.Stop.Click += (sender, e) => { if (round != null) { check.State.Text = "中止しています"; check.Stop.Enabled = false; round.Cancel.Stop(); } };
            trouble.Again.Click += async (sender, e) => await Begin(method);
            trouble.Deliver.Click += async (sender, e) => await Deliver();
            trouble.Close.Click += async (sender, e) => await Begin(method);
            result.Close.Click += async (sender, e) => await Begin(Method.Pin);
            foreach (var field in new[] { check.Birth, check.Expiry, check.Code }) field.Box.TextChanged += (sender, e) => Ready();
            KeyPress += (sender, e) =>
            {
                if (!check.Visible || method != Method.Pin || ActiveControl is TextBox) return;
                if (e.KeyChar >= '0' && e.KeyChar <= '9') { Push(e.KeyChar); e.Handled = true; }
                else if (e.KeyChar == '\b' && round != null && !round.Checking) { round.Pin.Erase(); Ready(); e.Handled = true; }
            };
            Load += (sender, e) => Start();
        }

        /// <summary>Whether a check is under way; for tests.</summary>
        internal bool IsChecking { get { return round != null && round.Checking; } }

        private void Start()
        {
            if (File.Exists(vault)) { Switch(open); return; }
            register.File.Box.Text = vault;
            if (sandbox != null)
            {
                var activation = sandbox.Activation();
                register.Institution.Box.Text = activation[0];
                register.Id.Box.Text = activation[1];
                register.Activation.Box.Text = activation[2];
            }
            Switch(register);
        }

        private void Switch(Panel screen)
        {
            foreach (var one in new Panel[] { register, open, check, result, trouble }) one.Visible = one == screen;
            PerformLayout();
            screen.PerformLayout();
        }

        protected override void OnLayout(LayoutEventArgs e)
        {
            base.OnLayout(e);
            if (!built) return;
            int wide = ClientSize.Width, top = Ui.Px(60), bottom = sandbox == null ? 0 : Ui.Px(58), edge = Ui.Px(28);
            head.SetBounds(0, 0, wide, top);
            title.SetBounds(edge, 0, wide / 2, top);
            institution.SetBounds(wide / 2, 0, wide / 2 - edge, top);
            foreach (var screen in new Panel[] { register, open, check, result, trouble }) screen.SetBounds(0, top, wide, ClientSize.Height - top - bottom);
            demo.SetBounds(0, ClientSize.Height - bottom, wide, bottom);
            take.SetBounds(wide - edge - Ui.Px(140), Ui.Px(8), Ui.Px(140), Ui.Px(42));
            lay.SetBounds(take.Left - Ui.Px(152), Ui.Px(8), Ui.Px(140), Ui.Px(42));
            people.SetBounds(lay.Left - Ui.Px(332), Ui.Px(13), Ui.Px(316), Ui.Px(34));
            demoTitle.SetBounds(edge, 0, people.Left - edge, bottom);
        }

        private void DrawPerson(object sender, DrawItemEventArgs e)
        {
            if (e.Index < 0) return;
            var pointed = (e.State & DrawItemState.Selected) != 0 && (e.State & DrawItemState.ComboBoxEdit) == 0;
            using (var brush = new SolidBrush(pointed ? Ui.PaleBlue : Color.White)) e.Graphics.FillRectangle(brush, e.Bounds);
            Ui.Fine(e.Graphics);
            using (var brush = new SolidBrush(Ui.Ink))
            using (var format = Ui.Middle(StringAlignment.Near)) e.Graphics.DrawString(Names[e.Index], people.Font, brush, new RectangleF(e.Bounds.X + Ui.Px(4), e.Bounds.Y, e.Bounds.Width, e.Bounds.Height), format);
        }

        private void Lies()
        {
            lay.Enabled = !sandbox.IsLaid;
            take.Enabled = sandbox.IsLaid;
            people.Enabled = !sandbox.IsLaid;
        }

        // Before the first patient.

        private async Task Register()
        {
            var passcode = register.Passcode.Box.Text;
            if (passcode != register.Again.Box.Text) { register.Say("二つのパスコードが違います。同じものを入力してください。"); return; }
            if (!register.Terms.Checked) { register.Say("お知らせと利用規約への同意が必要です。"); return; }
            string code = register.Institution.Box.Text, id = register.Id.Box.Text, activation = register.Activation.Box.Text, file = register.File.Box.Text;
            register.Go.Enabled = false;
            register.Go.Text = "登録しています…";
            register.Say(null);
            try
            {
                // What is registered is in the vault before the code is spent: a lost answer costs no code, the same again delivers it.
                terminal = await Terminal.RegisterAsync(place.Service, new Registration { InstitutionCode = code, Id = id, ActivationCode = activation, Path = file, Passcode = passcode, TermsAccepted = true });
                register.Wipe();
                await OpenDesk();
            }
            catch (MynacardException error) { register.Say(error.Staff + " " + error.Next + "（" + error.Code + "）"); }
            finally
            {
                register.Go.Text = "登録する";
                register.Go.Enabled = true;
            }
        }

        private async Task Open()
        {
            var passcode = open.Passcode.Box.Text;
            open.Go.Enabled = false;
            open.Say(null);
            try
            {
                terminal = await Task.Run(() => Terminal.Open(vault, passcode));
                open.Passcode.Wipe();
                await OpenDesk();
            }
            catch (MynacardException error) { open.Say(error.Staff + " " + error.Next + "（" + error.Code + "）"); }
            finally { open.Go.Enabled = true; }
        }

        private async Task OpenDesk()
        {
            // On this thread, so that the wrapper posts the steps here; nothing is sent yet.
            desk = new Desk(place.Service, terminal, new DeskOptions { VisualCheck = true }, Tell);
            institution.Text = terminal.Details().InstitutionName;
            await Begin(Method.Pin);
        }

        // One patient.

        /// <summary>Ends what was, wipes it, and waits for the next card.</summary>
        private async Task Begin(Method by)
        {
            var former = round;
            var own = new Round();
            round = own;
            method = by;
            if (former != null)
            {
                former.Cancel.Stop();
                try { await former.Running; }
                catch (Exception) { /* It was stopped; whoever started it says the rest. */ }
                former.Dispose();
            }
            if (round != own) { own.Dispose(); return; }
            Wipe();
            check.Show(by, false);
            check.Steps.Tell(by == Method.Pin ? Steps.ByPin : Steps.BySight, -1);
            check.State.Text = "準備しています";
            check.Hint.Text = "";
            check.Reader.Laid = false;
            if (sandbox != null) Lies();
            Ready();
            Switch(check);
            try
            {
                own.Check = await own.Run(() => desk.Prepare(Purpose.Reception, by, true, true, own.Cancel));
                if (round != own) return;
                check.State.Text = "カードを置いてください";
                check.Hint.Text = "マイナンバーカードをカードリーダーに置きます。";
                own.Card = await own.Run(() => place.WaitForCard(own.Cancel));
                if (round != own) return;
                check.Reader.Laid = true;
                check.State.Text = by == Method.Pin ? "暗証番号を入力してください" : "写真を確かめてください";
                check.Hint.Text = "カードはそのまま置いておいてください。";
                if (sandbox != null && by == Method.Visual) Printed();
                Ready();
            }
            catch (Exception error) { Failed(own, error); }
        }

        /// <summary>In the sandbox nobody has a card to read the numbers from.</summary>
        private void Printed()
        {
            var printed = SandboxPlace.Printed(Ids[people.SelectedIndex]);
            if (printed.Length == 16) check.Hint.Text = "体験用カードの券面：" + printed.Substring(0, 8) + "　" + printed.Substring(8, 4) + "　" + printed.Substring(12);
        }

        private void Push(char digit)
        {
            if (round == null || round.Checking || method != Method.Pin || round.Pin.Length >= 4) return;
            round.Pin.Push(digit);
            Ready();
        }

        /// <summary>What may be pressed now.</summary>
        private void Ready()
        {
            if (closing || round == null) return;
            bool idle = !round.Checking, here = round.Card != null && idle;
            check.Dots.Count = round.Checking ? check.Dots.Count : round.Pin.Length;
            check.Go.Enabled = here && round.Pin.Length == 4;
            check.Pad.Enabled = idle;
            check.ReadPhoto.Enabled = here && place.Authorities != null && check.Birth.Box.Text.Length == 8 && check.Expiry.Box.Text.Length == 4 && check.Code.Box.Text.Length == 4;
            check.OwnEyes.Enabled = here;
            check.Same.Enabled = check.Other.Enabled = check.Pin.Enabled = check.Sight.Enabled = idle;
            check.Stop.Visible = round.Checking;
            check.Stop.Enabled = true;
        }

        /// <summary>The library's steps, posted to this thread.</summary>
        private void Tell(Step step)
        {
            if (round == null || !round.Checking) return;
            var lines = method == Method.Pin ? Steps.ByPin : Steps.BySight;
            switch (step)
            {
                case Step.Renewing: check.State.Text = "通信しています"; break;
                case Step.ReadingCard: check.State.Text = "カードを読み取っています"; check.Steps.Tell(lines, 0); break;
                case Step.Relaying: case Step.VerifyingPin: check.Steps.Tell(lines, 1); break;
                case Step.Signing: check.Steps.Tell(lines, 2); break;
                case Step.CardDone: if (round.Looking) break; check.State.Text = "カードをお返しできます"; check.Hint.Text = "カードを取り出してください。"; break;
                case Step.AskingService: round.Asked = true; check.State.Text = "資格を照会しています"; check.Steps.Tell(lines, 3); break;
            }
        }

        private void Checking(Round own, string state)
        {
            own.Checking = true;
            check.State.Text = state;
            check.Hint.Text = "カードはそのまま置いておいてください。";
            Ready();
        }

        private async Task ByPin()
        {
            var own = round;
            if (own == null || own.Checking || own.Card == null) return;
            Checking(own, "カードを読み取っています");
            try { Ended(own, await own.Run(() => own.Check.ByPin(own.Card, own.Pin, own.Cancel))); }
            catch (Exception error) { Failed(own, error); }
        }

        /// <summary>First part of a visual check: the card, with its verified portrait or without.</summary>
        private async Task Look(bool portrait)
        {
            var own = round;
            if (own == null || own.Checking || own.Card == null) return;
            var digits = new byte[0];
            if (portrait) digits = System.Text.Encoding.ASCII.GetBytes(check.Birth.Box.Text + check.Expiry.Box.Text + check.Code.Box.Text);
            own.Looking = true; // the card is needed once more
            Checking(own, "カードを読み取っています");
            check.Steps.Tell(Steps.BySight, 0);
            Bitmap photo = null;
            try
            {
                photo = await own.Run(() => portrait ? Portrait(own, digits) : Tap(own));
                own.Checking = own.Looking = false;
                if (closing) { Close(); return; }
                if (round != own) throw new OperationCanceledException();
                check.Compare(photo);
                photo = null;
                check.Steps.Tell(Steps.BySight, 1);
                check.State.Text = "見比べてください";
                check.Hint.Text = "カードはそのまま置いておいてください。";
                Ready();
            }
            catch (Exception error) { Failed(own, error); }
            finally { if (photo != null) photo.Dispose(); }
        }

        private Bitmap Portrait(Round own, byte[] digits)
        {
            using (var face = own.Card.ReadFace(own.Check, digits, place.Authorities, own.Cancel)) return Jpeg2000.Decode(face.Photo);
        }

        private static Bitmap Tap(Round own)
        {
            own.Check.Tap(own.Card, own.Cancel);
            return null;
        }

        private async Task BySight()
        {
            var own = round;
            if (own == null || own.Checking || own.Card == null) return;
            var staff = check.Staff.Box.Text.Trim();
            if (staff.Length == 0) { check.State.Text = "担当者を入力してください"; check.Show(Method.Visual, false); check.Staff.Box.Focus(); return; }
            Checking(own, "カードを読み取っています");
            try
            {
                Ended(own, await own.Run(() =>
                {
                    own.Check.Confirm(staff);
                    return own.Check.BySight(own.Card, own.Cancel);
                }));
            }
            catch (Exception error) { Failed(own, error); }
        }

        private void NotTheSame()
        {
            Wipe();
            trouble.Show("ご本人と確認できませんでした。", "資格確認は行っていません。サービスには何も送っていません。カードを返して、ほかの方法で本人と資格を確認してください。",
                "カードのお写真では確認ができませんでした。資格確認書などをお持ちでしたらお見せください。", "", null, false, false);
            Switch(trouble);
        }

        private async Task Deliver()
        {
            var own = round;
            if (own == null || own.Checking) return;
            own.Checking = true;
            trouble.Deliver.Enabled = trouble.Again.Enabled = trouble.Close.Enabled = false;
            try { Ended(own, await own.Run(() => own.Check.DeliverAgain(own.Cancel))); }
            catch (Exception error) { Failed(own, error); }
            finally { trouble.Deliver.Enabled = trouble.Again.Enabled = trouble.Close.Enabled = true; }
        }

        private void Ended(Round own, Answer answer)
        {
            own.Checking = false;
            using (answer)
            {
                if (closing) { Close(); return; }
                if (round != own) return;
                result.Show(Outcome.Of(answer, answer.Check()));
            }
            check.Wipe();
            Switch(result);
        }

        private void Failed(Round own, Exception error)
        {
            own.Checking = own.Looking = false;
            if (closing) { Close(); return; }
            if (round != own) return;
            if (error is OperationCanceledException) return;
            check.Wipe();
            var known = error as MynacardException ?? MynacardException.Behind(error);
            if (known == null)
                trouble.Show("プログラムの中で問題が起きました。", "もう一度試し、続くときはソフトウェアの提供元に連絡してください。", "", error.GetType().Name, null, true, false);
            else
                trouble.Show(known.Staff, known.Next, known.Patient, known.Code, known.TriesLeft, known.Turn != Turn.Caller && known.Status != Status.WrongPin,
                    own.Asked && (known.Turn == Turn.Environment || known.Turn == Turn.Input));
            Switch(trouble);
        }

        /// <summary>Nothing that is shown outlives the visit.</summary>
        private void Wipe()
        {
            check.Wipe();
            result.Wipe();
            trouble.Wipe();
        }

        protected override void OnFormClosing(FormClosingEventArgs e)
        {
            base.OnFormClosing(e);
            if (e.Cancel) return;
            closing = true;
            if (round != null)
            {
                round.Cancel.Stop();
                if (round.Checking)
                {
                    // The card is left in order first; the window closes itself then.
                    e.Cancel = true;
                    check.State.Text = "終了しています";
                    check.Stop.Enabled = false;
                    return;
                }
            }
            Wipe();
        }

        protected override void OnFormClosed(FormClosedEventArgs e)
        {
            base.OnFormClosed(e);
            if (round != null) round.Dispose();
            if (desk != null) desk.Dispose();
            if (terminal != null) terminal.Dispose();
        }
    }
}
