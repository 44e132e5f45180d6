// The screens before the first patient: 初回登録, and opening the terminal that was registered.
using System;
using System.Drawing;
using System.Windows.Forms;

namespace ReceptionDesk
{
    /// <summary>Words beside a box to type in.</summary>
    internal sealed class Field
    {
        internal readonly Words Label;
        internal readonly TextBox Box;
        private readonly Sheet frame;

        internal Field(Control parent, string name, string label, bool hidden = false, int most = 0)
        {
            Label = new Words(name + "Label", 17, false, Ui.Ink) { Text = label };
            frame = new Sheet(name + "Frame") { Radius = 6, Edge = Color.FromArgb(0x8A, 0x9B, 0xAC) };
            Box = new TextBox { Name = name, Font = Ui.Font(20), BorderStyle = BorderStyle.None, BackColor = Color.White, ForeColor = Ui.Ink };
            if (hidden) Box.PasswordChar = '●';
            if (most > 0) Box.MaxLength = most;
            Box.GotFocus += (sender, e) => Frame(Ui.Blue);
            Box.LostFocus += (sender, e) => Frame(Color.FromArgb(0x8A, 0x9B, 0xAC));
            frame.Controls.Add(Box);
            parent.Controls.Add(Label);
            parent.Controls.Add(frame);
        }

        private void Frame(Color edge)
        {
            frame.Edge = edge;
            frame.Invalidate();
        }

        internal void Place(int left, int top, int labelWide, int boxWide)
        {
            Label.SetBounds(left, top, labelWide, Ui.Px(44));
            frame.SetBounds(left + labelWide, top, boxWide, Ui.Px(44));
            Box.SetBounds(Ui.Px(12), Ui.Px(7), boxWide - Ui.Px(24), Ui.Px(30));
        }

        internal void Wipe() { Box.Text = ""; Box.ClearUndo(); }
    }

    /// <summary>A sheet in the middle: a title, fields, what went wrong, and one thing to press.</summary>
    internal abstract class StartScreen : Panel
    {
        protected readonly Sheet Sheet;
        protected readonly Words Title, Lead, Trouble;
        protected readonly Sheet TroubleSheet;
        internal readonly Touch Go;
        protected int Wide = 760;
        /// <summary>All controls are there, so they may be placed.</summary>
        protected bool Built;

        protected StartScreen(string name, string title, string lead, string go)
        {
            Name = name;
            BackColor = Ui.Ground;
            Sheet = new Sheet(name + "Sheet");
            Title = new Words(name + "Title", 28, true, Ui.Navy) { Text = title };
            Lead = new Words(name + "Lead", 17, false, Ui.Quiet) { Text = lead }.At(StringAlignment.Near, StringAlignment.Near);
            TroubleSheet = new Sheet(name + "TroubleSheet") { Fill = Ui.PaleRed, Edge = Color.FromArgb(0xE6, 0xA8, 0xA5), Visible = false };
            Trouble = new Words(name + "Trouble", 17, false, Ui.Red);
            Go = Touch.Primary(name + "Go", go, 22);
            TroubleSheet.Controls.Add(Trouble);
            Sheet.Controls.AddRange(new Control[] { Title, Lead, TroubleSheet, Go });
            Controls.Add(Sheet);
        }

        internal void Say(string trouble)
        {
            Trouble.Text = trouble ?? "";
            TroubleSheet.Visible = !string.IsNullOrEmpty(trouble);
            PerformLayout();
        }

        /// <summary>Places what is between the lead and the end; returns where it ends.</summary>
        protected abstract int PlaceFields(int left, int top, int wide);

        protected override void OnLayout(LayoutEventArgs e)
        {
            base.OnLayout(e);
            if (!Built) return;
            int wide = Math.Min(Ui.Px(Wide), Width - Ui.Px(40)), edge = Ui.Px(44), inner = wide - 2 * edge;
            Title.SetBounds(edge, Ui.Px(26), inner, Ui.Px(44));
            var lead = Ui.Height(Lead.Text, Lead.Font, inner) + Ui.Px(6);
            Lead.SetBounds(edge, Ui.Px(76), inner, lead);
            var at = PlaceFields(edge, Ui.Px(76) + lead + Ui.Px(12), inner) + Ui.Px(8);
            if (Trouble.Text.Length > 0)
            {
                var high = Ui.Height(Trouble.Text, Trouble.Font, inner - Ui.Px(32)) + Ui.Px(22);
                TroubleSheet.SetBounds(edge, at, inner, high);
                Trouble.SetBounds(Ui.Px(16), Ui.Px(4), inner - Ui.Px(32), high - Ui.Px(8));
                at += high + Ui.Px(14);
            }
            Go.SetBounds(edge, at + Ui.Px(6), inner, Ui.Px(62));
            var all = at + Ui.Px(6 + 62 + 34);
            Sheet.SetBounds((Width - wide) / 2, Math.Max(Ui.Px(14), (Height - all) / 2), wide, all);
        }
    }

    /// <summary>初回登録: what the portal handed out, and where the terminal's key is kept.</summary>
    internal sealed class RegisterScreen : StartScreen
    {
        internal readonly Field Institution, Id, Activation, File, Passcode, Again;
        internal readonly CheckBox Terms;

        internal RegisterScreen() : base("register", "初回登録", "ポータルで発行されたユーザー設定情報を入力してください。端末の鍵は、パスコードで守られた保存先のファイルに入ります。", "登録する")
        {
            Institution = new Field(Sheet, "institution", "医療機関コード（10けた）", false, 10);
            Id = new Field(Sheet, "terminalId", "ID");
            Activation = new Field(Sheet, "activation", "アクティベーションコード");
            File = new Field(Sheet, "vault", "保存先");
            Passcode = new Field(Sheet, "passcode", "パスコード（8文字以上）", true);
            Again = new Field(Sheet, "passcodeAgain", "パスコード（もう一度）", true);
            Terms = new Tick("terms", "お知らせと利用規約を読み、同意します");
            Sheet.Controls.Add(Terms);
            Built = true;
        }

        protected override int PlaceFields(int left, int top, int wide)
        {
            foreach (var field in new[] { Institution, Id, Activation, File, Passcode, Again })
            {
                field.Place(left, top, Ui.Px(240), wide - Ui.Px(240));
                top += Ui.Px(54);
            }
            Terms.SetBounds(left, top, wide, Ui.Px(44));
            return top + Ui.Px(48);
        }

        internal void Wipe()
        {
            foreach (var field in new[] { Institution, Id, Activation, Passcode, Again }) field.Wipe();
            Terms.Checked = false;
            Say(null);
        }
    }

    /// <summary>Opens the registered terminal.</summary>
    internal sealed class OpenScreen : StartScreen
    {
        internal readonly Field Passcode;

        internal OpenScreen() : base("open", "受付を始める", "この端末のパスコードを入力してください。", "開く")
        {
            Wide = 620;
            Passcode = new Field(Sheet, "openPasscode", "パスコード", true);
            Built = true;
        }

        protected override int PlaceFields(int left, int top, int wide)
        {
            Passcode.Place(left, top, Ui.Px(130), wide - Ui.Px(130));
            return top + Ui.Px(56);
        }
    }
}
